/** GET /v1/status: how well operators deliver. */
import { Type } from 'typebox';
import type { Operator } from '../../../catalogue/catalogue.ts';
import { Refusal } from '../../../core/errors.ts';
import { callerOf } from '../../../identity/request-caller.ts';
import { type Counts, type Health, healthOf, stateOf, sumOf } from '../../../orders/health/health.ts';
import { type Market, routable } from '../../../orders/market.ts';
import type { DialectServices } from '../../dialect.ts';
import { after, answer, CountryCode, exact, limit, problems } from '../wire.ts';
import { Status, type StatusView } from '../wire-status.ts';
import { admit, needs } from './caller.ts';
import type { NativeApp } from './native-app.ts';
import { pageOf } from './paging.ts';

const quick = { success: 'above_99_percent', median_seconds: 1, p90_seconds: 2 } as const;
const EXAMPLE: StatusView = {
  overall: { state: 'operating', last_hour: quick, last_day: quick },
  data: [
    {
      operator: 173,
      name: 'Digicel Haiti',
      country: 'HT',
      state: 'degraded',
      last_hour: { success: 'above_80_percent', median_seconds: 2, p90_seconds: 60 },
      last_day: quick,
    },
  ],
  next: null,
};

export function addStatus(app: NativeApp, services: DialectServices): void {
  app.get(
    '/v1/status',
    {
      onRequest: admit(services, 'any'),
      schema: {
        operationId: 'getStatus',
        security: needs('any'),
        tags: ['Catalogue'],
        summary: 'Read the health of operators',
        description:
          'Measured from the orders of all accounts of the environment, a few seconds old. Figures are coarse, and absent after few orders, so that they tell of operators and of nobody’s traffic.',
        querystring: exact({
          country: Type.Optional(CountryCode),
          limit,
          after: Type.Optional(after('The id of the last operator of the page before.')),
        }),
        response: {
          200: answer(Status, {
            description: 'The health of all, and of a page of operators.',
            example: EXAMPLE,
          }),
          ...problems('invalid_request', 'country_not_supported'),
        },
      },
    },
    async (request): Promise<StatusView> => {
      const { country, ...page } = request.query;
      const { environment } = callerOf(request);
      const market = services.engine.market();
      const { catalogue } = market;
      if (country !== undefined && !catalogue.country(country)) throw new Refusal('country_not_supported');
      const { hour, day } = await services.health.measured(environment);
      const found = country === undefined ? catalogue.operators() : catalogue.operatorsOf(country);
      const { rows, next } = pageOf(found, ({ id }) => `${id}`, page);
      const standing = (isForSale: boolean, lastHour: Counts, lastDay: Counts) => ({
        state: stateOf(isForSale, healthOf(lastHour)),
        last_hour: windowView(healthOf(lastHour)),
        last_day: windowView(healthOf(lastDay)),
      });
      return {
        overall: standing(!market.sendingBlocked, sumOf(hour.values()), sumOf(day.values())),
        data: rows.map((operator) => ({
          operator: operator.id,
          name: operator.name,
          country: operator.country,
          ...standing(
            isSold(market, operator, environment),
            hour.get(operator.id) ?? NOTHING,
            day.get(operator.id) ?? NOTHING,
          ),
        })),
        next,
      };
    },
  );
}

const NOTHING: Counts = new Map();

function isSold(market: Market, operator: Operator, environment: 'sandbox' | 'live'): boolean {
  const product = market.catalogue.mainProduct(operator);
  return operator.status === 'in_service' && market.routing.isServed(routable(environment, product));
}

function windowView({ success, medianSeconds, p90Seconds }: Health): StatusView['overall']['last_hour'] {
  return {
    success: success ?? null,
    median_seconds: medianSeconds ?? null,
    p90_seconds: p90Seconds ?? null,
  };
}
