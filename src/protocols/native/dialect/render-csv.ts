/** Orders and entries of a wallet as rows of CSV. Columns are only ever added, at the end. */
import { assert } from '../../../core/assert.ts';
import { currencyOf } from '../../../core/currency.ts';
import { formatAmount, parseAmount } from '../../../core/money.ts';
import type { Columns } from '../../../platform/csv.ts';
import type { OrderView } from '../wire-orders.ts';
import type { WalletEntryView } from '../wire-wallets.ts';

/**
 * An order in one line. Amounts without a currency of their own are the wallet's, `currency`. A PIN is left out: it
 * is money, and files are passed on.
 */
export const ORDER_COLUMNS = {
  id: ({ id }) => id,
  status: ({ status }) => status,
  reference: ({ reference }) => reference,
  dialect: ({ dialect }) => dialect,
  product: ({ product }) => product,
  operator: ({ operator }) => operator,
  country: ({ country }) => country,
  recipient: ({ recipient }) => (recipient === null ? null : Object.values(recipient).join(' ')),
  wallet: ({ wallet }) => wallet,
  amount_mode: ({ amount_mode }) => amount_mode,
  currency: ({ send }) => send.currency,
  send: ({ send }) => send.value,
  receive_currency: ({ receive }) => receive.currency,
  receive: ({ receive }) => receive.value,
  fx_rate: ({ fx_rate }) => fx_rate,
  fx_version: ({ fx_version }) => fx_version,
  discount: ({ discount }) => discount.value,
  commission: ({ commission }) => commission.value,
  fee: ({ fee }) => fee.value,
  tax: ({ tax }) => tax.value,
  cost: ({ cost }) => cost.value,
  balance_before: ({ balance_before }) => balance_before.value,
  balance_after: ({ balance_after }) => balance_after.value,
  minimum_delivered: ({ minimum_delivered }) => minimum_delivered?.value,
  deadline_at: ({ deadline_at }) => deadline_at,
  created_at: ({ created_at }) => created_at,
  delivered: ({ delivered }) => delivered?.value,
  operator_reference: ({ operator_reference }) => operator_reference,
  failure: ({ failure }) => failure?.code,
  completed_at: ({ completed_at }) => completed_at,
  adjusted: adjustedOf,
} as const satisfies Columns<OrderView>;

export const ENTRY_COLUMNS = {
  number: ({ number }) => number,
  kind: ({ kind }) => kind,
  source: ({ source }) => source,
  currency: ({ amount }) => amount.currency,
  amount: ({ amount }) => amount.value,
  posted_after: ({ posted_after }) => posted_after.value,
  created_at: ({ created_at }) => created_at,
} as const satisfies Columns<WalletEntryView>;

/** What the wallet gained by all adjustments together, which are in its currency. */
function adjustedOf({ adjustments, send }: OrderView): string {
  const { exponent } = currencyOf(send.currency);
  const gains = adjustments.map(({ amount }) => {
    const minor = parseAmount(amount.value, exponent);
    assert(
      minor !== undefined && amount.currency === send.currency,
      'an adjustment is in the wallet’s money',
    );
    return minor;
  });
  return formatAmount(
    gains.reduce((sum, gain) => sum + gain, 0n),
    exponent,
  );
}
