/** What could be wrong with batches and schedules: each is done on purpose and must be found. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { completed, lines, row, upload } from '../api/native/batch-kit.ts';
import { nativeClient } from '../api/native/native-client.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';
import { foundAfter } from './planted.ts';

const HOUR_MS = 3_600_000;

const PLANTS: Readonly<Record<string, readonly [check: string, sql: string]>> = {
  'a row whose order is not there': ['A5 batches', 'update batch_rows set order_id = 1 where line = 1'],
  'a row that went missing': ['A5 batches', 'delete from batch_rows where line = 1'],
  'a completed batch with a row that waits': [
    'A5 batches',
    "update batch_rows set outcome = null, order_id = null, request_sealed = '' where line = 1",
  ],
  'a row that was cancelled in a batch that was not': [
    'A5 batches',
    "update batch_rows set outcome = 'cancelled', order_id = null where line = 1",
  ],
  'rows of no batch': ['A5 batches', 'delete from batches'],
  'an occurrence whose order is not there': ['A5 schedules', 'update schedule_occurrences set order_id = 1'],
  'an order of two occurrences': [
    'A5 schedules',
    `insert into schedule_occurrences (account_id, schedule_id, number, due_at, outcome, order_id, decided_at)
     select account_id, schedule_id, 2, due_at, outcome, order_id, decided_at from schedule_occurrences`,
  ],
  'an occurrence that nobody decided': ['A5 schedules', 'update schedules set next_number = 3'],
};

describe('verify', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
    const ask = nativeClient(app);
    const { body: batch } = await upload(ask, lines(row('v-1'), row('v-2', { product: 999_999 })));
    await completed(ask, batch.id);
    const { reference, ...order } = row('v-3');
    const at = new Date(app.clock.now() + HOUR_MS).toISOString().slice(0, 19);
    const { body: schedule } = await ask('POST', '/v1/schedules', {
      body: { reference, order, at, time_zone: 'UTC', repeat: { every: 'month' } },
    });
    await app.advance(HOUR_MS);
    await eventually(async () => {
      const { body } = await ask('GET', `/v1/schedules/${schedule.id}/occurrences`);
      assert.equal(body.data[0].outcome, 'placed');
    });
    await ask('POST', `/v1/schedules/${schedule.id}/cancel`);
  });
  after(() => app.close());

  it('finds nothing in books that are right', async () => assert.deepEqual(await foundAfter(app.db, ''), []));

  for (const [what, [check, sql]] of Object.entries(PLANTS)) {
    it(`finds ${what} (${check})`, async () => assert.ok((await foundAfter(app.db, sql)).includes(check)));
  }
});
