/** Orders to come: placed when they are due, by the clocks of a zone, each once. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually, startApp, type TestApp } from '../../harness/app.ts';
import { type Ask, anotherAccount, nativeClient } from './native-client.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let references = 0;

describe('schedules', () => {
  let app: TestApp;
  let ask: Ask;
  before(async () => {
    app = await startApp();
    ask = nativeClient(app);
  });
  after(() => app.close());

  /** The time of the day in UTC, `inMs` from the clock of the test. */
  const localIn = (inMs: number) => new Date(app.clock.now() + inMs).toISOString().slice(0, 19);

  function body(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    references += 1;
    return {
      reference: `schedule-${references}`,
      order: {
        product: 173,
        recipient: { phone: '+50936377111' },
        amount: { value: '1.00', currency: 'USD' },
      },
      at: localIn(HOUR_MS),
      time_zone: 'UTC',
      ...changes,
    };
  }

  async function make(changes: Readonly<Record<string, unknown>> = {}, as: Ask = ask) {
    const answer = await as('POST', '/v1/schedules', { body: body(changes) });
    assert.equal(answer.status, 201, answer.text);
    return answer.body;
  }

  const occurrences = async (id: string, as: Ask = ask) =>
    (await as('GET', `/v1/schedules/${id}/occurrences?limit=200`)).body.data;

  /** Outcomes, oldest first, once there are so many. */
  const decided = (id: string, count: number, as: Ask = ask) =>
    eventually(async () => {
      const found = (await occurrences(id, as)).toReversed();
      assert.equal(found.length, count, JSON.stringify(found));
      return found;
    });

  const state = async (id: string) => (await ask('GET', `/v1/schedules/${id}`)).body.state;

  test('once: an order when it is due, and no money before', async () => {
    const wallets = async () => (await ask('GET', '/v1/wallets')).body.data[0].held.value;
    const held = await wallets();
    const made = await make();
    assert.deepEqual([made.state, made.repeat, made.order.product], ['active', null, 173]);
    assert.equal(made.next_at, `${made.at}.000Z`);
    assert.deepEqual(await occurrences(made.id), []);
    assert.equal(await wallets(), held);
    await app.advance(HOUR_MS);
    const [occurrence] = await decided(made.id, 1);
    assert.deepEqual([occurrence.number, occurrence.outcome, occurrence.due_at], [1, 'placed', made.next_at]);
    const { body: order } = await ask('GET', `/v1/orders/${occurrence.order}`);
    assert.deepEqual([order.reference, order.send.value], [`${made.id}/1`, '1.00']);
    const { body: ended } = await ask('GET', `/v1/schedules/${made.id}`);
    assert.deepEqual([ended.state, ended.next_at], ['completed', null]);
  });

  test('again and again, until its count is full', async () => {
    const made = await make({ repeat: { every: 'day', interval: 2, count: 3 } });
    for (const count of [1, 2, 3]) {
      await app.advance(count === 1 ? HOUR_MS : 2 * DAY_MS);
      const found = await decided(made.id, count);
      assert.equal(found.at(-1).outcome, 'placed');
    }
    assert.equal(await state(made.id), 'completed');
    const orders = (await occurrences(made.id)).map(({ order }: { order: string }) => order);
    assert.equal(new Set(orders).size, 3);
    const page = await ask('GET', `/v1/schedules/${made.id}/occurrences?limit=2`);
    const rest = await ask('GET', `/v1/schedules/${made.id}/occurrences?limit=2&after=${page.body.next}`);
    assert.deepEqual(
      [...page.body.data, ...rest.body.data].map(({ number }: { number: number }) => number),
      [3, 2, 1],
    );
  });

  test('after an outage the latest one is placed, and those before are skipped', async () => {
    const made = await make({ repeat: { every: 'day', count: 5 } });
    await app.app.stop();
    await app.advance(3 * DAY_MS);
    await app.restart();
    const found = await decided(made.id, 3);
    assert.deepEqual(
      found.map(({ outcome }: { outcome: string }) => outcome),
      ['skipped', 'skipped', 'placed'],
    );
    assert.equal(await state(made.id), 'active');
    await ask('POST', `/v1/schedules/${made.id}/cancel`);
  });

  test('one that is a day late is skipped', async () => {
    const made = await make();
    await app.app.stop();
    await app.advance(25 * HOUR_MS + 1_000);
    await app.restart();
    const [found] = await decided(made.id, 1);
    assert.deepEqual([found.outcome, found.order], ['skipped', null]);
    assert.equal(await state(made.id), 'completed');
  });

  test('paused, nothing is placed; resumed, it goes on with what is to come', async () => {
    const made = await make({ repeat: { every: 'day' } });
    const paused = await ask('POST', `/v1/schedules/${made.id}/pause`);
    const again = await ask('POST', `/v1/schedules/${made.id}/pause`);
    assert.deepEqual([paused.status, paused.body.state, again.body.state], [200, 'paused', 'paused']);
    await app.advance(2 * DAY_MS);
    const resumed = await ask('POST', `/v1/schedules/${made.id}/resume`);
    assert.equal(resumed.body.state, 'active');
    await decided(made.id, 2);
    await app.advance(DAY_MS);
    assert.deepEqual(
      (await decided(made.id, 3)).map(({ outcome }: { outcome: string }) => outcome),
      ['skipped', 'skipped', 'placed'],
    );
    const cancelled = await ask('POST', `/v1/schedules/${made.id}/cancel`);
    assert.deepEqual([cancelled.body.state, cancelled.body.next_at], ['cancelled', null]);
    assert.equal((await ask('POST', `/v1/schedules/${made.id}/cancel`)).status, 200);
    for (const action of ['pause', 'resume']) {
      const refused = await ask('POST', `/v1/schedules/${made.id}/${action}`);
      assert.deepEqual([refused.status, refused.body.code], [409, 'not_cancellable']);
    }
    await app.advance(2 * DAY_MS);
    assert.equal((await occurrences(made.id)).length, 3);
  });

  test('without money the occurrence fails, the account hears of it, and the schedule goes on', async () => {
    const { ask: poor } = await anotherAccount(app, { cents: 100n });
    const made = await make({ repeat: { every: 'day', count: 3 } }, poor);
    await app.advance(HOUR_MS);
    await decided(made.id, 1, poor);
    await app.advance(DAY_MS);
    await decided(made.id, 2, poor);
    await app.advance(DAY_MS);
    const found = await decided(made.id, 3, poor);
    assert.deepEqual(
      found.map(({ outcome, code }: { outcome: string; code: string | null }) => [outcome, code]),
      [
        ['placed', null],
        ['failed', 'insufficient_balance'],
        ['failed', 'insufficient_balance'],
      ],
    );
    const { body: events } = await poor('GET', '/v1/events?limit=200');
    const told = events.data.filter(({ type }: { type: string }) => type.startsWith('schedule.'));
    assert.deepEqual(
      told.map(({ type, data }: { type: string; data: unknown }) => [type, data]),
      [
        ['schedule.occurrence_failed', { schedule: made.id, occurrence: 2, code: 'insufficient_balance' }],
        ['schedule.occurrence_failed', { schedule: made.id, occurrence: 3, code: 'insufficient_balance' }],
        ['schedule.completed', { schedule: made.id }],
      ],
    );
  });

  test('a crash after the order and before its outcome was written places no second order', async () => {
    const made = await make();
    // What a crash in between leaves: the order is there, and the schedule is still due.
    const { body: order } = await ask('POST', '/v1/orders', {
      body: { ...made.order, reference: `${made.id}/1` },
    });
    await app.advance(HOUR_MS);
    const [found] = await decided(made.id, 1);
    assert.deepEqual([found.outcome, found.order], ['placed', order.id]);
  });

  test('regression: a schedule that cannot be opened keeps no other from being placed', async () => {
    const [broken, other] = [await make(), await make()];
    const id = broken.id.slice(4);
    const [kept] = await app.rows('select request_sealed from schedules where id = $1', [id]);
    await app.rows('update schedules set request_sealed = $2 where id = $1', [id, Buffer.from('broken')]);
    await app.advance(HOUR_MS);
    const [found] = await decided(other.id, 1);
    assert.equal(found.outcome, 'placed');
    await app.rows('update schedules set request_sealed = $2 where id = $1', [id, kept?.['request_sealed']]);
    await app.advance(60_000);
    await decided(broken.id, 1);
  });

  test('regression: cancelled while its order was being placed, nothing is due next', async () => {
    const made = await make({ repeat: { every: 'day' } });
    await ask('POST', `/v1/schedules/${made.id}/cancel`);
    await app.rows(
      `select toprail.decide_occurrences(account_id, id, fence, 2, toprail.now() + interval '1 day', '{1}',
         array[toprail.now()], '{skipped}', '{null}', '{null}', '{null}') from schedules where id = $1`,
      [made.id.slice(4)],
    );
    const { body: read } = await ask('GET', `/v1/schedules/${made.id}`);
    assert.deepEqual([read.state, read.next_at], ['cancelled', null]);
  });

  test('the same reference and content is the same schedule, also when its time is past', async () => {
    const asked = body();
    const first = await ask('POST', '/v1/schedules', { body: asked });
    await app.advance(HOUR_MS);
    await decided(first.body.id, 1);
    const again = await ask('POST', '/v1/schedules', { body: asked });
    assert.deepEqual([again.status, again.body.id, again.body.state], [200, first.body.id, 'completed']);
    assert.equal(again.headers.get('idempotency-replayed'), 'true');
    const other = await ask('POST', '/v1/schedules', { body: { ...asked, at: localIn(DAY_MS) } });
    assert.deepEqual([other.status, other.body.code], [422, 'reference_reused']);
  });

  test('its times are those of its zone', async () => {
    const year = new Date(app.clock.now()).getUTCFullYear() + 1;
    const made = await make({
      at: `${year}-01-31T09:00`,
      time_zone: 'America/New_York',
      repeat: { every: 'month' },
    });
    assert.equal(made.next_at, `${year}-01-31T14:00:00.000Z`);
    assert.deepEqual(made.repeat, { every: 'month', interval: 1, count: null, until: null });
    await ask('POST', `/v1/schedules/${made.id}/cancel`);
  });

  test('what was asked is kept sealed', async () => {
    const made = await make();
    const [kept] = await app.rows<{ text: string }>('select s::text as text from schedules s where id = $1', [
      made.id.slice(4),
    ]);
    assert.doesNotMatch(kept?.text ?? '50936377111', /50936377111|schedule-\d/);
    await ask('POST', `/v1/schedules/${made.id}/cancel`);
  });

  test('another account sees, reads and changes nothing of it', async () => {
    const made = await make();
    const { ask: other } = await anotherAccount(app);
    assert.deepEqual((await other('GET', '/v1/schedules')).body.data, []);
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/occurrences'],
      ['POST', '/pause'],
      ['POST', '/resume'],
      ['POST', '/cancel'],
    ] as const) {
      const answer = await other(method, `/v1/schedules/${made.id}${path}`);
      assert.deepEqual([answer.status, answer.body.code], [404, 'not_found'], path);
    }
    assert.equal(await state(made.id), 'active');
    await ask('POST', `/v1/schedules/${made.id}/cancel`);
  });

  test('lists are newest first and have pages', async () => {
    const { ask: own } = await anotherAccount(app);
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.unshift((await make({}, own)).id);
    const first = await own('GET', '/v1/schedules?limit=2');
    const second = await own('GET', `/v1/schedules?limit=2&after=${first.body.next}`);
    assert.deepEqual(
      [...first.body.data, ...second.body.data].map(({ id }: { id: string }) => id),
      ids,
    );
    assert.equal(second.body.next, null);
    for (const id of ids) await own('POST', `/v1/schedules/${id}/cancel`);
  });

  const order = (changes: object) => ({
    order: {
      product: 173,
      recipient: { phone: '+50936377111' },
      amount: { value: '1.00', currency: 'USD' },
      ...changes,
    },
  });
  const refusals: readonly (readonly [name: string, changes: Record<string, unknown>, code: string])[] = [
    ['a time that is past', { at: '2020-01-01T09:00' }, 'invalid_request'],
    ['no day of the calendar', { at: '2030-02-30T09:00' }, 'invalid_request'],
    ['an instant', { at: '2030-02-01T09:00Z' }, 'invalid_request'],
    ['an unknown zone', { time_zone: 'Europe/Atlantis' }, 'invalid_request'],
    ['an offset', { time_zone: '+01:00' }, 'invalid_request'],
    ['count and until', { repeat: { every: 'day', count: 1, until: '2090-01-01' } }, 'invalid_request'],
    ['until before the first', { repeat: { every: 'day', until: '2020-01-01' } }, 'invalid_request'],
    ['until no day', { repeat: { every: 'day', until: '2090-02-30' } }, 'invalid_request'],
    ['an unknown rhythm', { repeat: { every: 'hour' } }, 'invalid_request'],
    ['no reference', { reference: undefined }, 'invalid_request'],
    ['a reference of the order', order({ reference: 'x' }), 'invalid_request'],
    ['an unknown product', order({ product: 999_999 }), 'product_not_found'],
    ['a wrong number', order({ recipient: { phone: '+1' } }), 'invalid_recipient'],
    ['no amount of the currency', order({ amount: { value: '1.001', currency: 'USD' } }), 'invalid_amount'],
  ];
  for (const [name, changes, code] of refusals) {
    test(`refused: ${name}`, async () => {
      const answer = await ask('POST', '/v1/schedules', { body: body(changes) });
      assert.equal(answer.body.code, code, answer.text);
    });
  }

  test('refused: credentials that may not place orders, cursors and ids of others', async () => {
    const { ask: reader } = await anotherAccount(app, { scopes: ['orders:read'] });
    assert.equal((await reader('POST', '/v1/schedules', { body: body() })).body.code, 'forbidden');
    const made = await make();
    for (const path of ['/v1/schedules?after=bat_1', `/v1/schedules/${made.id}/occurrences?after=x`])
      assert.equal((await ask('GET', path)).body.code, 'invalid_request', path);
    for (const id of ['bat_1', 'sch_0', 'sch_1', 'x'])
      assert.equal((await ask('GET', `/v1/schedules/${id}`)).body.code, 'not_found', id);
    await ask('POST', `/v1/schedules/${made.id}/cancel`);
  });
});
