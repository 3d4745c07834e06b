/** Wallets and their statements on the wire of the native API. */
import { type Static, Type } from 'typebox';
import { CurrencyCode, exact, Instant, listOf, Money, oneOf } from './wire.ts';

export const Wallet = exact(
  {
    id: Type.String({ pattern: '^wal_[1-9]\\d*$' }),
    currency: CurrencyCode,
    available: Money,
    posted: Money,
    held: Money,
    credit_limit: Money,
    updated_at: Instant,
  },
  {
    title: 'Wallet',
    description: '`available` = `posted` - `held`; an order may take it down to minus `credit_limit`.',
  },
);
export const WalletList = listOf(Wallet, 'WalletList');

export const EntryKind = oneOf([
  'funding',
  'capture',
  'commission',
  'refund',
  'commission_clawback',
  'share_payout',
  'plan_fee',
  'commission_payout',
  'correction',
]);

export const WalletEntry = exact(
  {
    number: Type.Integer({ description: 'Position in the statement, from 1 without gaps.' }),
    kind: EntryKind,
    source: Type.String({
      description:
        'What moved it: an order `ord_`, an adjustment `adj_`, a funding `fnd_`, a settlement `stl_`, a change of plan `plc_`.',
    }),
    amount: Money,
    posted_after: Money,
    created_at: Instant,
  },
  { title: 'WalletEntry', description: '`amount` is positive when the wallet gained.' },
);
export const WalletEntryList = listOf(WalletEntry, 'WalletEntryList');

export type WalletView = Static<typeof Wallet>;
export type WalletEntryView = Static<typeof WalletEntry>;
