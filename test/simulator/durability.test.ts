/** What the simulator promises across restarts, repeats and crowds: the journal is the witness, so it must hold. */
import assert from 'node:assert/strict';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, test } from 'node:test';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { SimulatorFault } from '../../src/simulator/simulator-fault.ts';
import { type Sandbox, SECRET, startSandbox } from './sandbox-harness.ts';

const REFERENCE = '1-100-1';
const CROWD = 500;
let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

const to = (suffix: string) => `+234814765${suffix}`;

test('a plan goes on after a restart, at its own times', async () => {
  assert.equal((await sandbox.submit({ to: to('9007') })).verdict, 'pending');
  assert.equal((await sandbox.submit({ to: to('9011'), reference: '1-101-1' })).verdict, 'delivered');
  await sandbox.pass(1_000);
  await sandbox.restart();
  await sandbox.pass(1_000);
  assert.deepEqual(sandbox.history(REFERENCE), ['submitted']);
  await sandbox.pass(3_000);
  assert.deepEqual(sandbox.history(REFERENCE), ['submitted', 'delivered', 'notified']);
  assert.deepEqual(sandbox.history('1-101-1'), ['submitted', 'delivered']);
  await sandbox.pass(5_000);
  assert.deepEqual(sandbox.history('1-101-1'), ['submitted', 'delivered', 'reversed', 'notified']);
});

test('what came due while the simulator was down is done at its start', async () => {
  await sandbox.submit({ to: to('9012') });
  await sandbox.restart(async () => sandbox.clock.advance(60_000));
  await sandbox.simulator.settled();
  assert.deepEqual(sandbox.history(REFERENCE), ['submitted', 'refused', 'delivered', 'notified']);
});

test('a held answer is lost with the simulator, the delivery is not', async () => {
  const sending = sandbox.submit({ to: to('9000') });
  while (sandbox.history(REFERENCE).length === 0) await new Promise(setImmediate);
  await sandbox.restart();
  assert.equal((await sending).verdict, 'unknown');
  await sandbox.pass(2_000);
  assert.equal((await sandbox.connector.query(REFERENCE)).verdict, 'delivered');
});

test('a callback is repeated until a 2xx, with growing pauses and across a restart', async () => {
  sandbox.callbackStatus = 503;
  await sandbox.submit({ to: to('9007') });
  await sandbox.pass(5_000);
  assert.equal(sandbox.callbacksArrived, 1);
  await sandbox.pass(1_000);
  assert.equal(sandbox.callbacksArrived, 2);
  await sandbox.pass(1_000); // the second pause is 2 s
  assert.equal(sandbox.callbacksArrived, 2);
  await sandbox.pass(1_000);
  assert.equal(sandbox.callbacksArrived, 3);
  assert.deepEqual(sandbox.history(REFERENCE), ['submitted', 'delivered']);

  await sandbox.restart();
  await sandbox.simulator.settled();
  assert.equal(sandbox.callbacksArrived, 4);
  sandbox.callbackStatus = 200;
  await sandbox.pass(1_000);
  assert.equal(sandbox.callbacksArrived, 5);
  assert.deepEqual(sandbox.history(REFERENCE), ['submitted', 'delivered', 'notified']);
  await sandbox.restart();
  await sandbox.pass(120_000);
  assert.equal(sandbox.callbacksArrived, 5);
});

test('the same reference and content: the recorded outcome, and nothing is done again', async () => {
  const first = await sandbox.submit({ to: to('8721') });
  assert.deepEqual(await sandbox.submit({ to: to('8721') }), first);
  await sandbox.restart();
  assert.deepEqual(await sandbox.submit({ to: to('8721') }), first);
  assert.equal((await sandbox.submit({ to: to('9005'), reference: '1-101-1' })).verdict, 'unknown');
  assert.equal((await sandbox.submit({ to: to('9005'), reference: '1-101-1' })).verdict, 'delivered');
  assert.deepEqual(sandbox.history(REFERENCE), ['submitted', 'delivered']);
  assert.deepEqual(sandbox.history('1-101-1'), ['submitted', 'delivered']);
});

test('the same reference with other content is unknown, whatever differs', async () => {
  await sandbox.submit({ to: to('8721') });
  for (const other of [
    { to: to('8722') },
    { to: to('8721'), amount: 1002n },
    { to: to('8721'), sku: 'pin:1' },
  ]) {
    const { verdict, code } = await sandbox.submit(other);
    assert.deepEqual([verdict, code], ['unknown', 'REFERENCE_CONFLICT']);
  }
  assert.deepEqual(sandbox.history(REFERENCE), ['submitted', 'delivered']);
});

test(`${CROWD} top-ups at once, each sent twice: one delivery each`, async () => {
  const references = Array.from({ length: CROWD }, (_, n) => `1-${1000 + n}-1`);
  const sent = [...references, ...references];
  const answers = await Promise.all(sent.map((reference) => sandbox.submit({ to: to('8721'), reference })));
  assert.ok(answers.every(({ verdict }) => verdict === 'delivered'));
  const delivered = sandbox.simulator.journal.deliveries('').map(({ reference }) => reference);
  assert.deepEqual(delivered.toSorted(), references.toSorted());
  const seqs = sandbox.simulator.journal.entries().map(({ seq }) => seq);
  assert.deepEqual(
    seqs,
    Array.from({ length: 2 * CROWD }, (_, n) => n + 1),
  );
});

test('a torn last line is cut off, and its plan is carried out again', async () => {
  await sandbox.submit({ to: to('8721') });
  await sandbox.restart(async () => {
    const text = await readFile(sandbox.journalPath, 'utf8');
    await writeFile(sandbox.journalPath, text.slice(0, -20)); // in the middle of the delivery's line
  });
  await sandbox.simulator.settled();
  assert.deepEqual(sandbox.history(REFERENCE), ['submitted', 'delivered']);
  assert.equal((await sandbox.connector.query(REFERENCE)).verdict, 'delivered');
  assert.match(await readFile(sandbox.journalPath, 'utf8'), /^\{"seq":1,.*\}\n\{"seq":2,.*\}\n$/);
});

test('a damaged line before the last stops the start', async () => {
  await sandbox.submit({ to: to('8721') });
  const { port } = sandbox.simulator;
  await sandbox.simulator.close();
  await appendFile(sandbox.journalPath, '{"seq":2}\n');
  await assert.rejects(start(port), (error: unknown) => isFault(error, 'journal_damaged'));
  const text = await readFile(sandbox.journalPath, 'utf8');
  await writeFile(sandbox.journalPath, text.replace('{"seq":2}\n', ''));
  sandbox.simulator = await start(port);
  assert.deepEqual(sandbox.history(REFERENCE), ['submitted', 'delivered']);
});

test('one simulator per journal and per port; the lock of a dead process is taken over', async () => {
  const { port } = sandbox.simulator;
  await assert.rejects(start(0), (error: unknown) => isFault(error, 'journal_locked'));
  const elsewhere = { journalPath: `${sandbox.journalPath}.other` };
  await assert.rejects(start(port, elsewhere), (error: unknown) => isFault(error, 'port_taken'));
  await sandbox.restart(() => writeFile(`${sandbox.journalPath}.lock`, '1 0')); // alive, but not that start time
  await sandbox.restart(() => writeFile(`${sandbox.journalPath}.lock`, `${process.pid} 0`));
});

test('GET /journal?after= streams the lines after an entry', async () => {
  for (let n = 0; n < 520; n++) await sandbox.submit({ to: to('8721'), reference: `1-${n}-1` });
  const { url, journal } = sandbox.simulator;
  const text = await readFile(sandbox.journalPath, 'utf8');
  for (const after of [0, 1, 1023, 1024, 1025, 1039, 1040, 5000]) {
    const response = await fetch(`${url}/journal?after=${after}`);
    assert.equal(response.headers.get('content-type'), 'application/x-ndjson');
    assert.equal(await response.text(), text.split('\n').slice(after).join('\n'));
  }
  assert.equal(journal.entries().length, 1040);
  assert.equal((await fetch(`${url}/journal?after=x`)).status, 400);
});

test('bad requests are declared 4xx and leave no trace', async () => {
  const { url } = sandbox.simulator;
  const good = {
    reference: '1-1-1',
    sku: 'airtime:1',
    number: '+2348147658721',
    amount: '1.00',
    currency: 'USD',
  };
  const bodies: readonly (string | object)[] = [
    '{',
    'null',
    { ...good, amount: 1 },
    { ...good, amount: '1e3' },
    { ...good, extra: true },
    { ...good, email: 'a@b.c' },
    { ...good, reference: 'a b' },
    { ...good, sku: 'x'.repeat(20_000) },
  ];
  for (const body of bodies) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${url}/p/sandbox/topups`, { method: 'POST', body: text });
    assert.deepEqual([response.status, await response.json()], [400, { code: 'BAD_REQUEST' }]);
  }
  assert.equal((await fetch(`${url}/p/sandbox/topups`)).status, 404);
  assert.equal(sandbox.simulator.journal.entries().length, 0);
});

function start(port: number, options: { readonly journalPath?: string } = {}) {
  const { clock, journalPath } = sandbox;
  const base = { port, host: '127.0.0.1', journalPath, clock, callbackSecret: SECRET };
  return startSimulator({ ...base, callbackUrl: () => undefined, ...options });
}

function isFault(error: unknown, code: SimulatorFault['code']): boolean {
  return error instanceof SimulatorFault && error.code === code;
}
