import type { Static } from 'typebox';
import { Refusal } from '../../../core/errors.ts';
import { toNumber } from '../../../core/json-amount.ts';
import { conversionFor } from '../../../orders/market.ts';
import { toReceive } from '../../../pricing/conversion.ts';
import type * as wire from '../wire.ts';
import { readAmount } from './amounts.ts';
import { type Call, operatorOf } from './call.ts';
import { termsOf } from './terms.ts';

/** `POST /operators/fx-rate` */
export function fxRate(call: Call, body: Static<typeof wire.OperatorFxRateRequest>): Promise<wire.FxRate> {
  return convert(call, body.operatorId, body.amount);
}

/** `POST /operators/{id}/fx-rate` */
export function operatorFxRate(call: Call, body: Static<typeof wire.FxRateRequest>): Promise<wire.FxRate> {
  return convert(call, call.params['id'] ?? '', body.amount);
}

async function convert(
  call: Call,
  operatorId: string | number,
  given: string | number,
): Promise<wire.FxRate> {
  const operator = operatorOf(call.market.catalogue, operatorId);
  const { market, buyer, currency } = await termsOf(call);
  const amount = readAmount(given, currency);
  const converted = toReceive(conversionFor(market, buyer, operator, currency), amount);
  if (converted === undefined) throw new Refusal('rate_unavailable');
  return {
    id: operator.id,
    name: operator.name,
    fxRate: toNumber(converted, operator.currency),
    currencyCode: operator.currency,
  };
}
