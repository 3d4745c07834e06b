import type { ErrorAnswer, RechargeAnswer } from '../wire.ts';
import type { Call } from './call.ts';
import { placeAndWait } from './place.ts';
import { type FieldNames, readRecharge } from './read-recharge.ts';
import { renderRecharge } from './render.ts';

const NAMES: FieldNames = {
  mobile: 'mobile',
  operator: 'operator',
  circle: 'circle',
  reference: 'client_ref',
  operatorCodes: {},
};

/** `POST /api/v1/recharge`: answers with the outcome, or `pending` when there is none in time. */
export async function recharge(call: Call): Promise<RechargeAnswer | ErrorAnswer> {
  return renderRecharge(await placeAndWait(call, await readRecharge(call, NAMES)));
}
