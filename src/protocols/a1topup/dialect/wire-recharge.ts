import { WIRE_OPERATORS, type WireAnswer } from '../wire.ts';
import type { Call } from './call.ts';
import { wrong } from './fields.ts';
import { placeAndWait } from './place.ts';
import { type FieldNames, readRecharge } from './read-recharge.ts';
import { renderWire } from './render.ts';

const NAMES: FieldNames = {
  mobile: 'number',
  operator: 'operatorcode',
  circle: 'circlecode',
  reference: 'orderid',
  operatorCodes: WIRE_OPERATORS,
};

/**
 * `GET or POST /recharge/api`. `orderid` is required here: a GET is repeated by whatever stands between, and only
 * a reference makes that harmless.
 */
export async function wireRecharge(call: Call): Promise<WireAnswer> {
  const command = await readRecharge(call, NAMES);
  if (command.reference === undefined) throw wrong('orderid', 'is required');
  return renderWire(await placeAndWait(call, command));
}
