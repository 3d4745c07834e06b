/** The proxy does to a connection what it says: each fault, seen from both ends. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { systemClock } from '../../src/core/time.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Fault, type Proxy, startProxy } from './proxy.ts';

describe('a proxy', () => {
  let server: Server;
  let proxy: Proxy;
  let served: string;
  before(async () => {
    server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', (chunk) => {
        served += String(chunk);
        socket.write(`echo ${String(chunk)}`);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());
  beforeEach(async () => {
    served = '';
    proxy = await startProxy({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  });
  afterEach(() => proxy.close());

  /** What becomes of a question: the whole answer, or what there was of it and how the connection ended. */
  const ask = (text: string) =>
    new Promise<readonly string[]>((resolve) => {
      const socket = connect(proxy.port, '127.0.0.1');
      let answer = '';
      let end = 'closed';
      socket.on('error', ({ code }: NodeJS.ErrnoException) => (end = code ?? ''));
      socket.on('close', () => resolve([answer, end]));
      socket.on('data', (chunk: Buffer) => {
        answer += String(chunk);
        if (answer !== `echo ${text}`) return;
        resolve([answer]);
        socket.destroy();
      });
      socket.write(text);
    });

  it('passes everything on while all is well', async () => {
    assert.deepEqual(await ask('hello'), ['echo hello']);
    assert.equal(proxy.bites, 0);
  });

  const rows: readonly (readonly [fault: Fault, seen: readonly string[], served: string])[] = [
    [{ kind: 'delay', ms: 20 }, ['echo hello'], 'hello'],
    [{ kind: 'throttle', bytesPerSecond: 500 }, ['echo hello'], 'hello'],
    [{ kind: 'reset', afterBytes: 1 }, ['', 'ECONNRESET'], ''],
    [{ kind: 'reset', afterBytes: 8 }, ['', 'ECONNRESET'], 'hello'],
    [{ kind: 'truncate', afterBytes: 6 }, ['echo h', 'closed'], 'hello'],
    [{ kind: 'drop_answer' }, ['', 'ECONNRESET'], 'hello'],
    [{ kind: 'refuse' }, ['', 'ECONNREFUSED'], ''],
  ];
  for (const [fault, seen, expected] of rows) {
    it(`${JSON.stringify(fault)}: ${seen.join(', then ')}`, async () => {
      proxy.suffer(fault);
      assert.deepEqual(await ask('hello'), seen);
      assert.equal(served, expected);
      assert.ok(proxy.bites > 0);
      await proxy.heal();
      assert.deepEqual(await ask('again'), ['echo again']);
    });
  }

  it('a stalled connection is served once it is healed', async () => {
    proxy.suffer({ kind: 'stall_accept' });
    const asked = ask('hello');
    while (proxy.bites === 0) await new Promise(setImmediate);
    assert.equal(served, '');
    await proxy.heal();
    assert.deepEqual(await asked, ['echo hello']);
  });

  for (const vanish of ['asked', 'answered', 'both'] as const) {
    it(`a connection that is half open (${vanish}) stays so, and a new one is served`, async () => {
      const socket = connect(proxy.port, '127.0.0.1');
      await once(socket, 'connect');
      proxy.suffer({ kind: 'half_open', vanish });
      let heard = '';
      socket.on('data', (chunk: Buffer) => (heard += String(chunk)));
      socket.write('hello');
      while (proxy.bites === 0) await new Promise(setImmediate);
      await proxy.heal();
      socket.write('more');
      assert.deepEqual(await ask('new'), ['echo new']);
      assert.equal(heard, '');
      assert.equal(served.includes('hello'), vanish === 'answered');
      socket.destroy();
    });
  }
});

describe('an answer that is dropped', () => {
  let simulator: Simulator;
  let proxy: Proxy;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'toprail-proxy-'));
    simulator = await startSimulator({
      port: 0,
      host: '127.0.0.1',
      journalPath: join(folder, 'journal.ndjson'),
      clock: systemClock,
      callbackUrl: () => undefined,
      callbackSecret: 'of-nobody-in-particular',
    });
    proxy = await startProxy({ host: '127.0.0.1', port: simulator.port });
  });
  after(async () => {
    await proxy.close();
    await simulator.close();
    await rm(folder, { recursive: true });
  });

  it('is one of a top-up that was delivered: the journal says so', async () => {
    proxy.suffer({ kind: 'drop_answer' });
    const body = { reference: '1-1-1', sku: '173', number: '+50936377111', amount: '1.00', currency: 'USD' };
    await assert.rejects(
      fetch(`http://127.0.0.1:${proxy.port}/p/sandbox/topups`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );
    assert.equal(simulator.journal.deliveries('1-1-1').length, 1);
  });
});
