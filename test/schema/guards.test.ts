/** No guard of these tables is decoration: each refuses a sin that goes in without it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CASES, GUARDED_TABLES, IDLE_GUARDS } from './guards.ts';
import { type Court, type Guard, guardsOf, inVain, judge, needed, openCourt, refusal } from './trial.ts';

/** Written out, so that no table leaves by an oversight. */
const TABLES = [
  'accounts',
  'adjustments',
  'attempts',
  'batch_rows',
  'batches',
  'books_closed',
  'callback_inbox',
  'clients',
  'closed_sums',
  'disputes',
  'event_counter',
  'events',
  'evidence',
  'installation',
  'installation_keys',
  'lanes',
  'learnt_ports',
  'money_requests',
  'order_progress',
  'order_references',
  'orders',
  'payout_destinations',
  'plans',
  'price_rules',
  'providers',
  'quotes',
  'recent_orders',
  'recipients',
  'reseller_margins',
  'review_cases',
  'review_decisions',
  'routes',
  'schedule_occurrences',
  'schedules',
  'settlements',
  'statement_breaks',
  'statement_lines',
  'statement_mappings',
  'statement_rows',
  'statements',
  'status_callbacks',
  'transfers',
  'verified_wallets',
  'verify_marks',
  'vouchers',
  'wallets',
];

describe('guards of what holds money, orders and terms', () => {
  let court: Court;
  let guards: Guard[];
  before(async () => {
    court = await openCourt();
    guards = await guardsOf(court.client, TABLES);
  });
  after(() => court.close());

  test('every guard that PostgreSQL knows has its sin written down, and no other', () => {
    assert.deepEqual(GUARDED_TABLES.map(({ table }) => table).toSorted(), TABLES);
    const written = [...CASES.map(({ guard }) => guard), ...IDLE_GUARDS];
    assert.deepEqual(written.toSorted(), guards.map(({ guard }) => guard).toSorted());
  });

  for (const { table, innocent } of GUARDED_TABLES)
    test(`an innocent row goes into ${table}`, () =>
      inVain(court.client, async () =>
        assert.equal(await refusal(court.client, table, [innocent]), undefined),
      ));

  for (const trial of CASES)
    test(`${trial.table}: ${trial.guard} is needed`, async () => {
      assert.deepEqual(await judge(court.client, guards, trial), needed(trial));
    });
});
