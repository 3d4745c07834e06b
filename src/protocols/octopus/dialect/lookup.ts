/** `POST /api/v1/topups/lookup`: who may serve a number, best guess first. */
import type { Candidate, Catalogue } from '../../../catalogue/catalogue.ts';
import { parseE164 } from '../../../catalogue/phone.ts';
import { lookupHolder } from '../../../identity/limits.ts';
import type { LookedUp, LookupRequest } from '../wire.ts';
import type { Answer, Call } from './call.ts';
import { countryCodeOf, isSold, nameOf, topupTypeOf } from './products.ts';
import { wrong } from './query.ts';

const E164 = /^\+[1-9]\d{1,14}$/;

export async function lookup(
  { market, services, caller }: Call,
  { mobile_number: given }: LookupRequest,
): Promise<Answer> {
  const { catalogue } = market;
  if (given === '') throw wrong('mobile_number', 'is required');
  if (!E164.test(given)) throw wrong('mobile_number', 'must be in E.164 format');
  const phone = parseE164(given);
  if (phone) services.limits.lookups.spend(lookupHolder(caller), phone.e164);
  const ranked = phone ? await services.engine.ports.lookup(caller.environment, phone.e164) : [];
  const candidates = phone ? candidatesFor(catalogue, phone.e164, ranked) : [];
  return { body: candidates.flatMap((candidate) => renderCandidate(catalogue, candidate)) };
}

/**
 * A number whose port was learnt has two candidates: who serves it now, and who was given its range. Any other may
 * have been ported to every network of the country.
 */
function candidatesFor(
  catalogue: Catalogue,
  e164: string,
  candidates: readonly Candidate[],
): readonly Candidate[] {
  const [best] = candidates;
  if (best?.confidence !== 'ported') return candidates;
  const first = catalogue.rangeHolder(e164);
  return first === undefined || first.id === best.operatorId
    ? [best]
    : [best, { operatorId: first.id, confidence: 'country' }];
}

function renderCandidate(catalogue: Catalogue, { operatorId, confidence }: Candidate): LookedUp[] {
  const operator = catalogue.operator(operatorId);
  if (!operator || !isSold(operator) || topupTypeOf(catalogue, operator) !== 'MOBILE') return [];
  return [
    {
      product_id: operator.productId,
      name: nameOf(catalogue, operator),
      country_code: countryCodeOf(catalogue, operator),
      identified: confidence !== 'country',
    },
  ];
}
