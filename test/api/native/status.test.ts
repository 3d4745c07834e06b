/** The health of operators, measured from orders, and told without telling whose they were. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually, startApp, type TestApp } from '../../harness/app.ts';
import { keyed, lines, NDJSON, row } from './batch-kit.ts';
import { type Ask, anotherAccount, nativeClient } from './native-client.ts';

const HOUR_MS = 3_600_000;
/** As many orders as it takes to be told of. */
const TOLD = 20;

interface StatusRow {
  operator: number;
  state: string;
  last_hour: { success: string | null; median_seconds: number | null };
  last_day: { success: string | null };
}

describe('status', () => {
  let app: TestApp;
  let ask: Ask;
  before(async () => {
    app = await startApp();
    ask = nativeClient(app);
  });
  after(() => app.close());

  async function statusOf(operator: number, as: Ask = ask): Promise<StatusRow> {
    const { body } = await as('GET', '/v1/status?country=HT&limit=200');
    const found = (body.data as StatusRow[]).find((one) => one.operator === operator);
    assert(found, `operator ${operator} is listed`);
    return found;
  }

  async function deliver(prefix: string, count: number): Promise<void> {
    const raw = lines(...Array.from({ length: count }, (_, n) => row(`${prefix}-${n}`)));
    const { body } = await ask('POST', '/v1/batches', { raw, headers: keyed(NDJSON) });
    await eventually(async () => {
      const { body: batch } = await ask('GET', `/v1/batches/${body.id}`);
      assert.equal(batch.progress.orders.delivered, count);
    });
    // What was counted is added, and what was read is read again.
    await app.advance(11_000);
  }

  test('few orders tell nothing', async () => {
    await deliver('few', TOLD - 1);
    const { state, last_hour, last_day } = await statusOf(173);
    assert.deepEqual([state, last_hour.success, last_day.success], ['operating', null, null]);
  });

  test('more are told in words and round figures, to every account of the environment, also after a restart', async () => {
    await deliver('more', 1);
    const { ask: other } = await anotherAccount(app);
    for (const as of [ask, other]) {
      await eventually(async () => {
        const { state, last_hour } = await statusOf(173, as);
        assert.deepEqual([state, last_hour.success], ['operating', 'above_99_percent']);
        assert.ok([1, 2, 5, 10].includes(last_hour.median_seconds ?? 0));
        await app.advance(11_000);
      });
    }
    await app.restart();
    assert.equal((await statusOf(173)).last_hour.success, 'above_99_percent');
    const { body } = await ask('GET', '/v1/status?limit=1');
    assert.deepEqual([body.overall.state, body.overall.last_hour.success], ['operating', 'above_99_percent']);
    assert.equal(body.data.length, 1);
    assert.equal((await ask('GET', `/v1/status?limit=1&after=${body.next}`)).body.data.length, 1);
  });

  test('an hour later only the day remembers', async () => {
    await app.advance(2 * HOUR_MS);
    const { last_hour, last_day } = await statusOf(173);
    assert.deepEqual([last_hour.success, last_day.success], [null, 'above_99_percent']);
  });

  test('an operator that is not for sale is out of service', async () => {
    const outOfService = app.app.services.engine
      .market()
      .catalogue.operators()
      .find(({ status }) => status === 'out_of_service');
    assert(outOfService, 'the sandbox has one');
    const { body } = await ask('GET', `/v1/status?country=${outOfService.country}&limit=200`);
    const found = (body.data as StatusRow[]).find(({ operator }) => operator === outOfService.id);
    assert.equal(found?.state, 'out_of_service');
  });

  test('countries and cursors that are none are refused', async () => {
    assert.equal((await ask('GET', '/v1/status?country=XX')).body.code, 'country_not_supported');
    assert.equal((await ask('GET', '/v1/status?after=x')).body.code, 'invalid_request');
    assert.equal((await ask('GET', '/v1/status?colour=red')).body.code, 'invalid_request');
  });
});
