import { Refusal } from '../../../core/errors.ts';
import { toText } from '../../../core/json-amount.ts';
import { available, readWallets } from '../../../wallet/wallets.ts';
import type { WireBalance } from '../wire.ts';
import { type Call, CURRENCY } from './call.ts';

/** `GET or POST /recharge/balance`: what recharges can be paid from; money held for those on their way is gone. */
export async function wireBalance({ services, caller }: Call): Promise<WireBalance> {
  const wallets = await readWallets(services.engine.database, caller.accountId);
  const wallet = wallets.find(({ currency }) => currency === CURRENCY);
  if (!wallet) throw new Refusal('wallet_not_found');
  return { status: 'Success', balance: toText(available(wallet), CURRENCY) };
}
