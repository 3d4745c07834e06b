/** How well operators deliver, on the wire of the native API. */
import { type Static, Type } from 'typebox';
import { SUCCESS_WORDS } from '../../orders/health/health.ts';
import { CatalogueId, CountryCode, exact, nullable, oneOf } from './wire.ts';

const State = oneOf(['operating', 'degraded', 'out_of_service'], {
  description:
    'By the last hour. `degraded`: less than 95 % delivered, or one delivery in ten takes more than a minute. `out_of_service`: not for sale, or less than half delivered.',
});

const Seconds = (told: string) =>
  nullable(Type.Integer({ description: `${told} Round; null beyond 900 s or after too few.` }));

const Window = exact(
  {
    success: nullable(
      oneOf(SUCCESS_WORDS, {
        description: 'The share of orders that the operator delivered; null after fewer than 20.',
      }),
    ),
    median_seconds: Seconds('Half of the deliveries took at most so long.'),
    p90_seconds: Seconds('Nine in ten took at most so long.'),
  },
  {
    title: 'StatusWindow',
    description: 'Of all orders of the environment, told so that nobody’s are counted.',
  },
);

const OperatorStatus = exact(
  {
    operator: CatalogueId,
    name: Type.String(),
    country: CountryCode,
    state: State,
    last_hour: Window,
    last_day: Window,
  },
  { title: 'OperatorStatus' },
);

export const Status = exact(
  {
    overall: exact({ state: State, last_hour: Window, last_day: Window }, { title: 'OverallStatus' }),
    data: Type.Array(OperatorStatus),
    next: nullable(Type.String({ description: 'The cursor of the next page, for `?after=`.' })),
  },
  { title: 'Status' },
);

export type StatusView = Static<typeof Status>;
