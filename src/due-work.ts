/** The table of contents of what the switch does by itself, orders apart: one loop over due rows each. */

import type { Config } from './config.ts';
import { createBatchFeed } from './orders/bulk/feed-batches.ts';
import { createDisputeWork } from './orders/disputes/work-on-disputes.ts';
import { createDecisionWork } from './orders/review/work-on-decisions.ts';
import { createScheduleWork } from './orders/scheduling/place-due.ts';
import type { DueWork } from './platform/due-loop.ts';
import { createSafeFetch } from './platform/safe-fetch.ts';
import { createCallbackWork } from './protocols/a1topup/callbacks/tell-clients.ts';
import type { DialectServices } from './protocols/dialect.ts';
import { readStoredOrder } from './protocols/native/dialect/stored-order.ts';
import { settleDay } from './wallet/settle-day.ts';

const HOUR_MS = 3_600_000;
/** Rows that nobody needs any more, removed in one transaction. */
const SWEEP_ROWS_MAX = 1_000;

export function createDueWork(
  services: DialectServices,
  config: Pick<Config, 'callbacksToLocalhost'>,
): readonly DueWork[] {
  const { engine } = services;
  const stored = { ...services, readStored: readStoredOrder };
  return [
    {
      name: 'partitions of the months to come',
      periodMs: HOUR_MS,
      look: async () => {
        await engine.database.query('select toprail.create_partitions()');
        return undefined;
      },
    },
    {
      name: 'settlements at the end of the day',
      periodMs: HOUR_MS,
      look: async () => {
        await settleDay(engine);
        return undefined;
      },
    },
    {
      name: 'quotes, guards and callbacks that are over',
      periodMs: HOUR_MS,
      look: async () => {
        const { rows } = await engine.database.query<{ swept: bigint }>('select toprail.sweep($1) as swept', [
          SWEEP_ROWS_MAX,
        ]);
        return (rows[0]?.swept ?? 0n) >= SWEEP_ROWS_MAX ? 0 : undefined;
      },
    },
    createBatchFeed(stored),
    createScheduleWork(stored),
    createCallbackWork({
      ...services,
      fetch: createSafeFetch(services),
      sandboxPolicy: config.callbacksToLocalhost ? 'localhost' : 'public',
    }),
    createDisputeWork(engine, services.log),
    createDecisionWork(engine, services.log),
    services.health.work(),
  ];
}
