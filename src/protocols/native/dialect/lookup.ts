/** POST /v1/lookup: who may serve a number. */
import { parseE164 } from '../../../catalogue/phone.ts';
import { assert } from '../../../core/assert.ts';
import { Refusal } from '../../../core/errors.ts';
import { lookupHolder } from '../../../identity/limits.ts';
import { callerOf } from '../../../identity/request-caller.ts';
import type { DialectServices } from '../../dialect.ts';
import { answer, problems } from '../wire.ts';
import { Lookup, LookupRequest } from '../wire-catalogue.ts';
import { admit, needs } from './caller.ts';
import type { NativeApp } from './native-app.ts';

const EXAMPLE = {
  phone: '+50936377111',
  country: 'HT',
  candidates: [{ operator: 173, name: 'Digicel Haiti', confidence: 'prefix' }],
};

export function addLookup(app: NativeApp, services: DialectServices): void {
  app.post(
    '/v1/lookup',
    {
      onRequest: admit(services, 'any'),
      schema: {
        operationId: 'lookup',
        security: needs('any'),
        tags: ['Catalogue'],
        summary: 'Find the operator of a number',
        description:
          'Ranks the operators that may serve a number. Numbers are ported between operators, so the best candidate is a good guess and the choice is the client’s.',
        body: { ...LookupRequest, examples: [{ phone: '+50936377111' }] },
        response: {
          200: answer(Lookup, { description: 'The candidates, best guess first.', example: EXAMPLE }),
          ...problems(
            'malformed_request',
            'unsupported_media_type',
            'body_too_large',
            'invalid_request',
            'country_not_supported',
            'invalid_recipient',
          ),
        },
      },
    },
    async (request) => {
      const { catalogue } = services.engine.market();
      const phone = parseE164(request.body.phone);
      if (!phone) {
        throw new Refusal('invalid_recipient', {
          issues: [{ field: 'phone', issue: 'is not a valid number in E.164' }],
        });
      }
      if (!catalogue.country(phone.country)) throw new Refusal('country_not_supported');
      const caller = callerOf(request);
      services.limits.lookups.spend(lookupHolder(caller), phone.e164);
      const ranked = await services.engine.ports.lookup(caller.environment, phone.e164);
      const candidates = ranked.map(({ operatorId, confidence }) => {
        const operator = catalogue.operator(operatorId);
        assert(operator, `a candidate is an operator: ${operatorId}`);
        return { operator: operator.id, name: operator.name, confidence };
      });
      return { phone: phone.e164, country: phone.country, candidates };
    },
  );
}
