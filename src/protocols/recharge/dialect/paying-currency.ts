/** The wallet that pays: the account's dollars where it has some, else its first wallet. */
import { Refusal } from '../../../core/errors.ts';
import { readWallets } from '../../../wallet/wallets.ts';
import type { Call } from './call.ts';

const FIRST_CHOICE = 'USD';

export async function payingCurrency({ services, caller }: Call): Promise<string> {
  const { wallets, database } = services.engine;
  if ((await wallets.find(caller.accountId, FIRST_CHOICE)) !== undefined) return FIRST_CHOICE;
  const [first] = await readWallets(database, caller.accountId);
  if (!first) throw new Refusal('wallet_not_found');
  return first.currency;
}
