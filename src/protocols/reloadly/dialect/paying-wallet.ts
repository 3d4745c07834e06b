/** The wallet that Reloadly's clients see: the account's dollars where it has some, else its first wallet. */
import { Refusal } from '../../../core/errors.ts';
import { readWallets, type Wallet } from '../../../wallet/wallets.ts';
import type { Call } from './call.ts';

const FIRST_CHOICE = 'USD';

export async function payingWallet({ services, caller }: Call): Promise<Wallet> {
  const wallets = await readWallets(services.engine.database, caller.accountId);
  const wallet = wallets.find(({ currency }) => currency === FIRST_CHOICE) ?? wallets[0];
  if (!wallet) throw new Refusal('wallet_not_found');
  return wallet;
}

/** Its currency. Does not ask the database again for an account that is known to have dollars. */
export async function payingCurrency(call: Call): Promise<string> {
  const { services, caller } = call;
  const found = await services.engine.wallets.find(caller.accountId, FIRST_CHOICE);
  return found === undefined ? (await payingWallet(call)).currency : FIRST_CHOICE;
}
