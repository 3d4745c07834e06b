/** Which operator a number belongs to: by learnt ports, else by the ranges that operators were given. */
import type { Static } from 'typebox';
import type { Candidate, Catalogue, Operator } from '../../../catalogue/catalogue.ts';
import { normalisePhone } from '../../../catalogue/phone.ts';
import { Refusal } from '../../../core/errors.ts';
import { lookupHolder } from '../../../identity/limits.ts';
import type { LookupRequest } from '../wire.ts';
import { type Call, countryOf } from './call.ts';
import { type OperatorFilter, readOperatorFilter } from './operator-filter.ts';
import { show } from './operators.ts';
import { wrong } from './query.ts';
import { termsOf } from './terms.ts';

const NOT_PORTED = 'mnp lookup for given number failed';

/** `GET /operators/auto-detect/phone/{phone}/countries/{iso}` and its alias. */
export function autoDetect(call: Call) {
  return answer(call, { phone: call.params['phone'] ?? '', iso2: call.params['iso'] ?? '' });
}

/** `GET /operators/mnp-lookup/phone/{phone}/countries/{iso}` */
export function lookUp(call: Call) {
  return answer(call, {
    phone: call.params['phone'] ?? '',
    iso2: call.params['iso'] ?? '',
    failure: NOT_PORTED,
  });
}

/** `POST /mnp-lookup/operators`: the same, for numbers that must not stand in a URL. */
export function lookUpPosted(call: Call, body: Static<typeof LookupRequest>) {
  const phone = body.phone ?? body.number;
  if (phone === undefined) throw wrong('phone', 'is required');
  return answer(call, { phone: String(phone), iso2: body.countryCode, failure: NOT_PORTED });
}

async function answer(call: Call, asked: { phone: string; iso2: string; failure?: string }) {
  const { catalogue } = call.market;
  const filter = readOperatorFilter(call.query, catalogue);
  const { iso2 } = countryOf(catalogue, asked.iso2);
  const number = normalisePhone(readPhone(asked.phone), iso2);
  if (number) call.services.limits.lookups.spend(lookupHolder(call.caller), number.e164);
  const [best] = number ? await call.services.engine.ports.lookup(call.caller.environment, number.e164) : [];
  const found = best && detect(catalogue, { best, iso2, filter });
  if (!found) {
    const message = asked.failure;
    throw new Refusal('operator_not_detected', message === undefined ? {} : { message });
  }
  return show(await termsOf(call), found, filter);
}

/** A plus in front may have been decoded as a space on its way. Refuses what no phone number looks like. */
function readPhone(text: string): string {
  const phone = text.replace(/^ /, '+').trim();
  if (!/^\+?[\d\s().-]{4,30}$/.test(phone)) {
    throw new Refusal('invalid_recipient', { issues: [{ field: 'phone', issue: 'must be digits' }] });
  }
  return phone;
}

/** The operator itself where the filter keeps it, else its first line of products that the filter keeps. */
function detect(
  catalogue: Catalogue,
  { best, iso2, filter }: { best: Candidate; iso2: string; filter: OperatorFilter },
): Operator | undefined {
  // That a number is of a country says nothing about its operator.
  if (best.confidence === 'country') return undefined;
  const lines = catalogue
    .operatorsOf(iso2)
    .filter(({ id, network }) => id !== best.operatorId && network === best.operatorId);
  const itself = catalogue.operator(best.operatorId);
  return [...(itself ? [itself] : []), ...lines].find(filter.keeps);
}
