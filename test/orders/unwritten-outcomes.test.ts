/** A crash between an order and the word of it: whatever has happened since, the row says what was placed. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { completed, lines, NDJSON, results, row } from '../api/native/batch-kit.ts';
import { type Ask, anotherAccount } from '../api/native/native-client.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';

/** Above the lease of a worker, in milliseconds. */
const LEASE_MS = 20_000;
const HOUR_MS = 3_600_000;

describe('an order that was placed and not written down', () => {
  let app: TestApp;
  let ask: Ask;
  let accountId: bigint;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  /** Orders are placed, and what became of them cannot be written: as if the worker had died in between. */
  async function unwritten(
    table: 'batch_rows' | 'schedule_occurrences',
    orders: number,
    placed: () => Promise<unknown>,
  ) {
    await app.rows(`create function toprail.forget() returns trigger language plpgsql as $$ begin
      if new.outcome = 'placed' then raise exception 'the worker dies here'; end if; return new; end $$`);
    await app.rows(
      `create trigger forget before insert or update on toprail.${table} for each row execute function toprail.forget()`,
    );
    const since = deaths();
    await placed();
    await unwrittenOrders(orders, since);
    const stop = async () => {
      await app.rows(`drop trigger forget on toprail.${table}`);
      await app.rows('drop function toprail.forget()');
      await app.advance(LEASE_MS);
      app.app.services.workSoon();
    };
    return { stop };
  }

  const deaths = () => app.logged.filter((line) => line.includes('stays due')).length;

  async function unwrittenOrders(count: number, since: number) {
    await eventually(async () => {
      const rows = await app.rows('select id from orders where account_id = $1', [accountId]);
      assert.equal(rows.length, count);
      assert.ok(deaths() > since);
    });
  }

  async function unwrittenBatch() {
    ({ ask, accountId } = await anotherAccount(app, { cents: 10_000n }));
    const headers = { ...NDJSON, 'idempotency-key': 'crash' };
    let id = '';
    const { stop } = await unwritten('batch_rows', 2, async () => {
      ({
        body: { id },
      } = await ask('POST', '/v1/batches', { raw: lines(row('r-1'), row('r-2')), headers }));
    });
    return { id, stop };
  }

  const outcomes = async (id: string) =>
    (await results(ask, id)).map((one: { outcome: string }) => one.outcome);

  test('regression: a batch that is cancelled then has placed its rows, and not cancelled them', async () => {
    const { id, stop } = await unwrittenBatch();
    await ask('POST', `/v1/batches/${id}/cancel`);
    await stop();
    await completed(ask, id);
    assert.deepEqual(await outcomes(id), ['placed', 'placed']);
  });

  test('regression: a batch whose account may not order any more has placed its rows all the same', async () => {
    const { id, stop } = await unwrittenBatch();
    await app.rows("update accounts set status = 'closed' where id = $1", [accountId]);
    app.app.services.clients.forget();
    await stop();
    await eventually(async () => {
      const rows = await app.rows('select outcome from batch_rows where batch_id = $1', [id.slice(4)]);
      assert.deepEqual(rows, [{ outcome: 'placed' }, { outcome: 'placed' }]);
    });
  });

  test('regression: a worker whose lease is over begins no row that another has cancelled by now', async () => {
    ({ ask, accountId } = await anotherAccount(app, { cents: 100_000n }));
    const pending = { recipient: { phone: '+50936379004' } };
    const file = lines(...Array.from({ length: 500 }, (_, n) => row(`late-${n}`, pending)));
    const headers = { ...NDJSON, 'idempotency-key': 'late' };
    const { body } = await ask('POST', '/v1/batches', { raw: file, headers });
    const placed = async () =>
      (await app.rows('select 1 from orders where account_id = $1', [accountId])).length;
    // So many are in flight at most: the worker waits for places.
    await eventually(async () => assert.ok((await placed()) >= 256));
    await ask('POST', `/v1/batches/${body.id}/cancel`);
    // The lease passes, and another process finds the batch cancelled.
    const id = body.id.slice(4);
    await app.rows('update batches set fence = fence + 1 where id = $1', [id]);
    await app.rows('select toprail.complete_batch(account_id, id, fence) from batches where id = $1', [id]);
    await app.advance(LEASE_MS);
    await eventually(() =>
      assert.ok(app.logged.some((line) => line.includes('the lease of a batch was lost'))),
    );
    assert.ok((await placed()) < 500);
  });

  test('regression: an occurrence of a schedule that was paused and resumed since is not skipped', async () => {
    ({ ask, accountId } = await anotherAccount(app, { cents: 10_000n }));
    const { reference, ...order } = row('monthly');
    const at = new Date(app.clock.now() + HOUR_MS).toISOString().slice(0, 19);
    const { body } = await ask('POST', '/v1/schedules', {
      body: { reference, order, at, time_zone: 'UTC', repeat: { every: 'month' } },
    });
    const { stop } = await unwritten('schedule_occurrences', 1, async () => {
      await app.advance(HOUR_MS);
    });
    for (const action of ['pause', 'resume']) await ask('POST', `/v1/schedules/${body.id}/${action}`);
    await stop();
    await eventually(async () => {
      const { body: page } = await ask('GET', `/v1/schedules/${body.id}/occurrences`);
      assert.deepEqual(
        page.data.map((one: { outcome: string }) => one.outcome),
        ['placed'],
      );
    });
    await ask('POST', `/v1/schedules/${body.id}/cancel`);
  });
});
