import { currencyOf } from '../../../core/currency.ts';
import { toNumber } from '../../../core/json-amount.ts';
import { available } from '../../../wallet/wallets.ts';
import type * as wire from '../wire.ts';
import type { Call } from './call.ts';
import { formatInstant } from './instants.ts';
import { payingWallet } from './paying-wallet.ts';

/** `GET /accounts/balance`: what orders can be paid from; money held for orders on their way is gone already. */
export async function balance(call: Call): Promise<wire.Balance> {
  const wallet = await payingWallet(call);
  return {
    balance: toNumber(available(wallet), wallet.currency),
    currencyCode: wallet.currency,
    currencyName: currencyOf(wallet.currency).name,
    updatedAt: formatInstant(wallet.updatedAtMs),
  };
}
