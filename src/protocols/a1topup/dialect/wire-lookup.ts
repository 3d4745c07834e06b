import type { Catalogue } from '../../../catalogue/catalogue.ts';
import { detectCircle } from '../../../catalogue/circles.ts';
import { WIRE_CIRCLES, WIRE_OPERATORS, type WireLookup } from '../wire.ts';
import type { Question } from './call.ts';
import { readMobile } from './read-recharge.ts';

/**
 * `GET or POST /recharge/lookup`. Integrations call it without credentials, so it tells only what public carrier
 * data tells of a range of numbers: a port that was learnt is somebody's and stays untold. The quota is the address's.
 */
export function wireLookup({ fields, market, services, origin }: Question): WireLookup {
  const { e164 } = readMobile(fields, 'number');
  services.limits.publicLookups.spend({ id: origin.address }, e164);
  const operator = operatorCode(market.catalogue, e164);
  const detected = detectCircle(e164);
  const circle = detected?.circle.code ?? '';
  return {
    number: e164.slice('+91'.length),
    operator,
    operatorcode: Object.entries(WIRE_OPERATORS).find(([, code]) => code === operator)?.[0] ?? '',
    circle,
    circlecode: WIRE_CIRCLES[circle] ?? '',
    circlesource: 'sandbox',
  };
}

/** Empty where the range is nobody's, or that of a network which this API does not sell. */
function operatorCode(catalogue: Catalogue, e164: string): string {
  const [best] = catalogue.lookupNumber(e164);
  return best?.confidence === 'prefix' ? (catalogue.operator(best.operatorId)?.code ?? '') : '';
}
