/** Several providers for one product: outages, brown-outs and lost answers, through the front door. */
import assert from 'node:assert/strict';
import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { SETTINGS_CHANNEL } from '../../src/cli/connect.ts';
import { SANDBOX_CAPABILITY } from '../../src/protocols/sandbox/connector/capability.ts';
import { addProvider, addRoute } from '../../src/routing/settings.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';

const SECOND = 1000;
const OPERATOR = 173;
/** Nobody listens on the port of the discard protocol. */
const NOWHERE = 'http://127.0.0.1:9';
const BEFORE_THE_SANDBOX = -10;

describe('failover', () => {
  let app: TestApp;
  /** The wire to the second provider; what it cuts has been executed. */
  let wire: Server;
  let isCut = false;
  let number = 0;

  before(async () => {
    app = await startApp();
    wire = createServer((incoming, answer) => {
      const { method, headers, url = '' } = incoming;
      const onward = forward(app.app.operators?.own?.url + url, { method, headers }, (answered) => {
        if (isCut && method === 'POST') return void answered.on('end', () => answer.destroy()).resume();
        answer.writeHead(answered.statusCode ?? 500, answered.headers);
        return void answered.pipe(answer);
      });
      onward.on('error', () => answer.destroy());
      incoming.pipe(onward);
    });
    await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
    await provide('first', NOWHERE);
    await provide('second', wireUrl());
    for (const [priority, provider] of ['first', 'second'].entries())
      await addRoute(app.app.services.engine.database, {
        environment: 'sandbox',
        provider,
        operatorId: OPERATOR,
        costPercent: '90',
        priority: BEFORE_THE_SANDBOX + priority,
      });
    await reload(() => assert.equal(routes()[0], 'first'));
  });
  after(async () => {
    wire.closeAllConnections();
    wire.close();
    await app.close();
  });

  it('goes to the next provider after a proven refusal, and to that one at once when the circuit is open', async () => {
    for (let n = 0; n < 5; n++) {
      const id = await place();
      await eventually(async () => assert.deepEqual(await attempts(id), ['first REFUSED', 'second READY']));
      await app.advance(1.1 * SECOND);
      await delivered(id);
      assert.deepEqual(await attempts(id), ['first REFUSED', 'second CONFIRMED']);
    }
    const direct = await place();
    await delivered(direct);
    assert.deepEqual(await attempts(direct), ['second CONFIRMED']);
    const status = await operatorState();
    assert.notEqual(status, 'out_of_service', 'another provider serves it');
  });

  it('never goes to another provider while nobody knows', async () => {
    isCut = true;
    const id = await place();
    await eventually(async () => assert.deepEqual(await attempts(id), ['second UNKNOWN']));
    isCut = false;
    await app.advance(3 * SECOND);
    await delivered(id);
    assert.deepEqual(await attempts(id), ['second CONFIRMED']);
    assert.equal(app.journal(id.slice('ord_'.length)).filter(({ event }) => event === 'delivered').length, 1);
  });

  it('waits out an outage of every provider within the deadline, and says so in the status', async () => {
    await provide('second', NOWHERE);
    await app.rows("update providers set in_service = false where id = 'sandbox'");
    await reload(() => assert.deepEqual(routes(), ['first', 'second']));
    const waiting: string[] = [];
    for (let n = 0; n < 8; n++) waiting.push(await place());
    for (let second = 0; second < 8; second++) {
      await app.advance(SECOND);
      await settled();
    }
    await eventually(async () => assert.equal(await operatorState(), 'out_of_service'));
    for (const id of waiting) assert.ok(['accepted', 'dispatching'].includes((await read(id)).status));
    await provide('second', wireUrl());
    await reload(() => undefined);
    await eventually(async () => {
      await app.advance(2 * SECOND);
      await settled();
      for (const id of waiting) assert.equal((await read(id)).status, 'delivered');
    }, 20_000);
    await app.rows("update providers set in_service = true where id = 'sandbox'");
  });

  function wireUrl(): string {
    return `http://127.0.0.1:${(wire.address() as AddressInfo).port}`; // it listens on a port
  }

  async function provide(id: string, origin: string): Promise<void> {
    const { engine } = app.app.services;
    const { hasCircuit: _none, ...capability } = SANDBOX_CAPABILITY;
    await addProvider(engine.database, engine.vault, {
      id,
      environment: 'sandbox',
      connector: 'sandbox',
      config: { url: `${origin}/p/${id}`, callbackSecret: engine.vault.token('callback-secret', id) },
      defaultCapability: capability,
      capability,
      pinned: true,
      settlement: 'payable',
    });
  }

  function routes(): string[] {
    return app.app.services.engine
      .market()
      .routing.routesFor({
        environment: 'sandbox',
        operatorId: OPERATOR,
        productId: OPERATOR,
        type: 'airtime',
      })
      .map(({ provider }) => provider);
  }

  async function reload(check: () => void): Promise<void> {
    const old = app.app.services.engine.market();
    await app.rows(`select pg_notify('${SETTINGS_CHANNEL}', '')`);
    await eventually(() => {
      assert.notEqual(app.app.services.engine.market(), old);
      check();
    });
  }

  async function place(): Promise<string> {
    const { status, body } = await app.request('POST', '/v1/orders', {
      as: 'native',
      body: {
        reference: `failover-${number++}`,
        product: OPERATOR,
        recipient: { phone: '+50936377111' },
        amount: { value: '1.00', currency: 'USD' },
        deadline_seconds: 300,
      },
    });
    assert.equal(status, 201);
    return body.id;
  }

  async function read(id: string): Promise<{ status: string }> {
    return (await app.request('GET', `/v1/orders/${id}`, { as: 'native' })).body;
  }

  async function delivered(id: string): Promise<void> {
    await eventually(async () => assert.equal((await read(id)).status, 'delivered'));
  }

  async function attempts(id: string): Promise<string[]> {
    const rows = await app.rows<{ provider_id: string; state: string }>(
      'select provider_id, state from attempts where order_id = $1 order by number',
      [id.slice('ord_'.length)],
    );
    return rows.map((row) => `${row.provider_id} ${row.state}`);
  }

  async function operatorState(): Promise<string> {
    const { body } = await app.request('GET', '/v1/status?country=HT&limit=100', { as: 'native' });
    return body.data.find((row: { operator: number }) => row.operator === OPERATOR).state;
  }

  async function settled(): Promise<void> {
    const { engine } = app.app.services;
    await engine.wakeups.idle();
    await engine.dispatcher.settled();
  }
});
