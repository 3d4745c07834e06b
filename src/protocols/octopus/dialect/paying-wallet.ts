/** The wallet that pays: the one that is asked for, else the account's rupees, else its first one. */
import { Refusal } from '../../../core/errors.ts';
import { parseId } from '../../../core/ids.ts';
import { readWallets } from '../../../wallet/wallets.ts';
import type { Call } from './call.ts';
import { wrong } from './query.ts';

const FIRST_CHOICE = 'INR';

/** Its currency: an account has one wallet in each. */
export async function payingCurrency(
  { services, caller }: Call,
  given: string | number | null | undefined,
): Promise<string> {
  const { engine } = services;
  const asked = given === null || given === undefined ? undefined : readWalletId(given);
  // Does not ask the database again for an account that is known to have rupees.
  if (asked === undefined && (await engine.wallets.find(caller.accountId, FIRST_CHOICE)) !== undefined)
    return FIRST_CHOICE;
  const wallets = await readWallets(engine.database, caller.accountId);
  const wallet = asked === undefined ? wallets[0] : wallets.find(({ id }) => id === asked);
  if (!wallet) throw new Refusal('wallet_not_found');
  return wallet.currency;
}

function readWalletId(given: string | number): bigint {
  const id = parseId('wallet', /^\d/.test(String(given)) ? `wal_${given}` : String(given));
  if (id === undefined) throw wrong('wallet_id', 'must be the id of a wallet');
  return id;
}
