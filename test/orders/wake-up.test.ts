/** The one loop: what one row does must not hold up the others, and what was taken in must not be dropped. */
import assert from 'node:assert/strict';
import { createServer, request as forward, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { SETTINGS_CHANNEL } from '../../src/cli/connect.ts';
import { type PlaceOrder, placeOrder } from '../../src/orders/place-order.ts';
import { SANDBOX_CAPABILITY } from '../../src/protocols/sandbox/connector/capability.ts';
import { signCallback } from '../../src/protocols/sandbox/wire.ts';
import { addProvider } from '../../src/routing/settings.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';
import { topUp } from '../harness/orders.ts';

const SECOND = 1000;
/** What a stop waits for answers of providers, and a second for the rest of it. */
const STOP_MS_MAX = 6_500;

describe('the wake-up loop', () => {
  let app: TestApp;
  let wire: Server;
  /** What the wire to the operator does with a request. */
  let wireDoes: (request: IncomingMessage) => 'forward' | 'hang' | 'cut';
  let hanging = 0;
  /** Status queries that were answered. */
  let questions = 0;

  beforeEach(async () => {
    app = await startApp();
    wireDoes = () => 'forward';
    hanging = 0;
    questions = 0;
    wire = createServer((incoming, answer) => {
      const does = wireDoes(incoming);
      if (does === 'hang') return void (hanging += 1);
      if (does === 'cut') return void answer.destroy();
      const { method, headers, url = '' } = incoming;
      const onward = forward(app.app.operators?.own?.url + url, { method, headers }, (answered) => {
        answer.writeHead(answered.statusCode ?? 500, answered.headers);
        answered.pipe(answer);
        if (method === 'GET') answered.on('end', () => (questions += 1));
      });
      onward.on('error', () => answer.destroy());
      incoming.pipe(onward);
    });
    await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
    await useWire();
  });
  afterEach(async () => {
    wireDoes = () => 'forward';
    wire.closeAllConnections();
    wire.close();
    await app.close();
  });

  it('an order that cannot be read does not hold up the others that are due with it', async () => {
    const poisoned = await place('9005');
    const good = await place('9005');
    await inState(poisoned, 'IN_DOUBT');
    await inState(good, 'IN_DOUBT');
    await app.rows("update orders set private = '\\x00' where id = $1", [poisoned]);
    await app.rows('update order_progress set next_wakeup = toprail.now() where order_id in ($1, $2)', [
      poisoned,
      good,
    ]);
    try {
      await app.advance(2 * SECOND);
      await inState(good, 'DELIVERED');
    } finally {
      await app.rows('update orders set private = null where id = $1', [poisoned]);
      await app.advance(40 * SECOND);
      await inState(poisoned, 'DELIVERED');
    }
  });

  it('a status query that hangs does not hold up the retry of another order', async () => {
    const silent = await place('9005');
    await inState(silent, 'IN_DOUBT');
    wireDoes = (request) => (request.method === 'GET' ? 'hang' : 'forward');
    await app.rows('update order_progress set next_wakeup = toprail.now() where order_id = $1', [silent]);
    await app.advance(2 * SECOND);
    await eventually(() => assert.equal(hanging, 1));
    const refused = await place('9015');
    await eventually(async () => assert.deepEqual(await attempts(refused), ['REFUSED', 'READY']));
    try {
      await app.advance(1 * SECOND); // the retry is due
      await eventually(async () => assert.deepEqual((await attempts(refused))[1], 'REFUSED'));
    } finally {
      await ended(silent, refused);
    }
  });

  it('a callback that tells of a reversal outlives an outage of the status query', async () => {
    const id = await place('9011');
    await inState(id, 'DELIVERED');
    wireDoes = (request) => (request.method === 'GET' ? 'cut' : 'forward');
    await app.advance(11 * SECOND); // taken back; the operator calls us, once
    await eventually(async () => assert.equal((await app.rows('select 1 from callback_inbox')).length, 1));
    for (let minute = 0; minute < 10; minute++) {
      await quiet();
      await app.advance(31 * SECOND);
    }
    await quiet();
    wireDoes = () => 'forward';
    for (let n = 0; n < 2; n++) {
      await app.advance(1_000 * SECOND);
      await quiet();
    }
    await eventually(async () => {
      const adjusted = await app.rows<{ cause: string }>(
        'select cause from adjustments where order_id = $1',
        [id],
      );
      assert.deepEqual(
        adjusted.map(({ cause }) => cause),
        ['OPERATOR_REVERSAL'],
      );
    });
  });

  // Found by the simulation: everything had slept for a day, and the first question afterwards got no answer.
  it('a callback that nobody answered for in a day is asked about until somebody does', async () => {
    const id = await place('9011');
    await inState(id, 'DELIVERED');
    wireDoes = (request) => (request.method === 'GET' ? 'cut' : 'forward');
    await app.advance(11 * SECOND);
    await eventually(async () => assert.equal((await app.rows('select 1 from callback_inbox')).length, 1));
    await quiet();
    await app.advance(26 * 3_600 * SECOND);
    await quiet();
    wireDoes = () => 'forward';
    await app.advance(1_000 * SECOND);
    await eventually(async () => {
      const adjusted = await app.rows('select 1 from adjustments where order_id = $1', [id]);
      assert.equal(adjusted.length, 1);
    });
  });

  it('a callback that cannot be finished does not stop the loop, however often it was tried', async () => {
    const called = await place('9007');
    await app.advance(6 * SECOND);
    await inState(called, 'DELIVERED');
    await eventually(async () =>
      assert.equal((await app.rows('select 1 from callback_inbox where next_wakeup is null')).length, 1),
    );
    await app.rows('update callback_inbox set tries = 32767, next_wakeup = toprail.now()');
    const other = await place('9005');
    await inState(other, 'IN_DOUBT');
    try {
      await app.advance(3 * SECOND);
      await inState(other, 'DELIVERED');
    } finally {
      await app.rows('update callback_inbox set next_wakeup = null');
      await app.advance(31 * SECOND);
      await inState(other, 'DELIVERED');
    }
  });

  it('a callback that runs ahead of the status query is asked about again until they agree', async () => {
    const { engine } = app.app.services;
    const id = await place('9011');
    await inState(id, 'DELIVERED');
    // The operator tells of the reversal at once; its status query knows of it only 10 s after the top-up.
    const body = JSON.stringify({
      notice: `1-${id}-1:1`,
      reference: `1-${id}-1`,
      status: 'reversed',
      code: 'REVERSED',
      provider_reference: `SIM-1-${id}-1`,
      delivered_amount: '0.00',
    });
    const secret = engine.vault.token('callback-secret', 'sandbox');
    const answer = await app.request(
      'POST',
      `/callbacks/sandbox/${engine.vault.token('callback', 'sandbox')}`,
      {
        raw: body,
        headers: signCallback({ secret, body, atMs: app.clock.now() }),
      },
    );
    assert.equal(answer.status, 200);
    await eventually(() => assert.equal(questions, 1));
    for (const seconds of [11, 60, 1_000]) {
      await app.advance(seconds * SECOND);
      await quiet();
    }
    await eventually(async () => {
      const adjusted = await app.rows<{ cause: string }>(
        'select cause from adjustments where order_id = $1',
        [id],
      );
      assert.deepEqual(
        adjusted.map(({ cause }) => cause),
        ['OPERATOR_REVERSAL'],
      );
    });
  });

  it('a stop does not wait for a status query that hangs longer than for anything else', async () => {
    const silent = await place('9005');
    await inState(silent, 'IN_DOUBT');
    wireDoes = (request) => (request.method === 'GET' ? 'hang' : 'forward');
    await app.advance(2 * SECOND);
    await eventually(() => assert.equal(hanging, 1));
    const beganAtMs = Date.now();
    await app.restart();
    assert.ok(Date.now() - beganAtMs < STOP_MS_MAX, `the stop took ${Date.now() - beganAtMs} ms`);
    await app.advance(60 * SECOND);
    await inState(silent, 'DELIVERED');
  });

  async function useWire(): Promise<void> {
    const { engine } = app.app.services;
    const { port } = wire.address() as AddressInfo;
    await addProvider(engine.database, engine.vault, {
      id: 'sandbox',
      environment: 'sandbox',
      connector: 'sandbox',
      config: {
        url: `http://127.0.0.1:${port}/p/sandbox`,
        callbackSecret: engine.vault.token('callback-secret', 'sandbox'),
      },
      defaultCapability: SANDBOX_CAPABILITY,
      capability: SANDBOX_CAPABILITY,
      pinned: true,
      settlement: 'payable',
    });
    await app.rows(`select pg_notify('${SETTINGS_CHANNEL}', '')`);
    let seen = 0;
    wireDoes = () => {
      seen += 1;
      return 'forward';
    };
    await eventually(async () => {
      await inState(await place('7111'), 'DELIVERED');
      assert.ok(seen > 0, 'orders go over the wire');
    });
    wireDoes = () => 'forward';
  }

  async function place(suffix: string, more: Partial<PlaceOrder> = {}): Promise<bigint> {
    const recipient = { kind: 'phone', value: `+5093637${suffix}` } as const;
    const placed = await placeOrder(app.app.services.engine, topUp(app, { recipient, ...more }));
    assert.equal(placed.kind, 'placed');
    return placed.kind === 'placed' ? placed.order.facts.id : 0n;
  }

  async function inState(id: bigint, wanted: string, withinMs?: number): Promise<void> {
    await eventually(async () => {
      const [row] = await app.rows<{ state: string }>(
        'select state from order_progress where order_id = $1',
        [id],
      );
      assert.equal(row?.state, wanted);
    }, withinMs);
  }

  async function attempts(id: bigint): Promise<string[]> {
    const rows = await app.rows<{ state: string }>(
      'select state from attempts where order_id = $1 order by number',
      [id],
    );
    return rows.map(({ state }) => state);
  }

  async function quiet(): Promise<void> {
    await eventually(async () => {
      const due = await app.rows(
        'select 1 from order_progress where next_wakeup <= toprail.now() union all select 1 from callback_inbox where next_wakeup <= toprail.now()',
      );
      assert.equal(due.length, 0);
    });
    // What was claimed is not due either, while it is worked on.
    await app.app.services.engine.wakeups.idle();
  }

  /** Lets hanging questions run into their timeouts until these orders have ended. */
  async function ended(...ids: bigint[]): Promise<void> {
    wireDoes = () => 'forward';
    await eventually(async () => {
      await app.advance(11 * SECOND);
      await new Promise((resolve) => setTimeout(resolve, 100));
      const open = await app.rows(
        'select 1 from order_progress where order_id = any ($1) and completed_at is null',
        [ids],
      );
      assert.equal(open.length, 0);
    }, 20_000);
  }
});
