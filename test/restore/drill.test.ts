/** The restore drill of docs/OPERATIONS.md, step by step: real servers, a backup taken at work, a lost cluster. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import type { JournalEntry } from '../../src/simulator/journal-entry.ts';
import { type Fleet, openFleet } from '../crash/fleet.ts';
import { eventually } from '../harness/app.ts';
import { runScript, toprail } from '../harness/server-process.ts';
import { putBackupInPlace, takeBackup } from './backup.ts';

const SETTLED_MS_MAX = 30_000;
const WAIT_SECONDS = 8;

interface Order {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
}

let fleet: Fleet;
let compiled: string;
before(async () => {
  // A dozen processes start in a drill: what one has compiled the next one has.
  compiled = await mkdtemp(join(tmpdir(), 'toprail-drill-'));
  process.env['NODE_COMPILE_CACHE'] = compiled;
  fleet = await openFleet(['all']);
});
after(async () => {
  await fleet.close();
  await rm(compiled, { recursive: true });
});

async function call(method: string, path: string, body?: object, waitSeconds = 0): Promise<Order> {
  const response = await fetch(`${fleet.slots[0]?.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${fleet.apiKey}`,
      ...(body && { 'content-type': 'application/json' }),
      ...(waitSeconds > 0 && { prefer: `wait=${waitSeconds}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as Order;
}

/** The end of the number chooses what the operator does: docs/sandbox.md. */
function place(reference: string, suffix: string, waitSeconds = 0): Promise<Order> {
  const order = {
    reference,
    product: 173,
    recipient: { phone: `+5093637${suffix}` },
    amount: { value: '1.00', currency: 'USD' },
    deadline_seconds: 300,
  };
  return call('POST', '/v1/orders', order, waitSeconds);
}

/** A client that asks again with its reference waits for the end of the order that it has. */
async function ends(order: Order, suffix: string, status: string): Promise<void> {
  await eventually(async () => {
    const again = await place(order.reference, suffix, WAIT_SECONDS);
    assert.deepEqual([again.id, again.status], [order.id, status]);
  }, SETTLED_MS_MAX);
}

/** What the operators say that they did: they lose nothing. */
async function references(event: JournalEntry['event']): Promise<string[]> {
  const journal = await readFile(join(fleet.dataDir, 'simulator', 'journal.ndjson'), 'utf8');
  const entries = journal
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as JournalEntry);
  return entries.filter((entry) => entry.event === event).map(({ reference }) => reference);
}

const referenceOf = (order: Order, epoch: number) => `${epoch}-${order.id.replace('ord_', '')}-1`;
const isTold = (event: JournalEntry['event'], order: Order) =>
  eventually(async () => assert.ok((await references(event)).includes(referenceOf(order, 1))));

/** Each command says what happened as JSON. Tests read answers as a person would; what they expect they assert. */
// oxlint-disable-next-line typescript/no-explicit-any
async function command(...args: readonly string[]): Promise<{ status: number; told: any }> {
  const { status, stdout, stderr } = await toprail([...args, '--json'], fleet.dataDir);
  assert.ok(stdout.startsWith('{'), stderr);
  return { status, told: JSON.parse(stdout) };
}

async function importStatement() {
  const file = join(fleet.dataDir, 'statement.json');
  const simulator = join('src', 'simulator', 'main.ts');
  const args = ['statement', '--format', 'json', '--out', file];
  const written = await runScript(simulator, args, fleet.dataDir);
  assert.equal(written.status, 0, written.stderr);
  return command('statement', 'import', file, '--provider', 'sandbox');
}

it('a backup of a lost installation goes into service without anything sent twice, and tells what it lost', async () => {
  const [server] = fleet.slots;
  assert.ok(server);
  const kept = await place('kept', '7111', WAIT_SECONDS);
  const pending = await place('pending', '9007');
  const doubtful = await place('doubtful', '9006');
  await Promise.all([pending, doubtful].map((order) => isTold('submitted', order)));

  let during: Order | undefined;
  await takeBackup(fleet.dataDir, async () => {
    during = await place('during', '7112', WAIT_SECONDS);
  });
  assert.ok(during);

  // Of these the backup knows nothing.
  const delivered = await place('lost-delivered', '7113', WAIT_SECONDS);
  const open = await place('lost-open', '9007');
  for (const { status } of [kept, during, delivered]) assert.equal(status, 'delivered');
  const lost = [delivered, open];
  await isTold('submitted', open);
  await server.kill();
  await fleet.killPostgres();
  const sent = await references('submitted');

  await putBackupInPlace(fleet.dataDir);
  const restored = await command('restore-epoch');
  assert.deepEqual([restored.told.epoch, restored.told.sending], [2, 'blocked']);
  assert.ok(restored.told.orders_verified >= 1, 'what was open in the backup');
  await server.start();

  // Nothing leaves, whatever is asked; a client that repeats what was lost has a new order.
  const fresh = await place('fresh', '7114');
  const repeated = await place('lost-delivered', '7113');
  await ends(kept, '7111', 'delivered');
  const ids = [kept, pending, doubtful, during, ...lost, fresh, repeated].map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, 'no id is used twice');
  // What was open is asked about by the reference that it had, while the operators' statement is read: it knows what
  // was lost, also what was delivered when nobody listened.
  const [imported] = await Promise.all([
    isTold('delivered', open).then(importStatement),
    ends(during, '7112', 'delivered'),
    ends(pending, '9007', 'delivered'),
    ends(doubtful, '9006', 'failed'),
  ]);
  assert.equal(imported.told.outcomes.unknown_reference, lost.length);
  for (const { id } of [fresh, repeated])
    assert.equal((await call('GET', `/v1/orders/${id}`)).status, 'accepted');
  assert.deepEqual(await references('submitted'), sent, 'nothing is sent');

  const blocked = await command('allow-sending');
  assert.equal(blocked.status, 1);
  assert.deepEqual(blocked.told.open, { attempts: 0, breaks: lost.length, providers_without_statement: [] });
  const { told: breaks } = await command('statement', 'breaks');
  for (const one of breaks.data)
    assert.deepEqual([one.class, one.verdict], ['unknown_reference', 'delivered']);

  // Told of what was delivered, the client takes back what it had repeated.
  assert.equal((await call('POST', `/v1/orders/${repeated.id}/cancel`)).status, 'cancelled');
  const closed = breaks.data.map(({ break: id }: { break: string }) =>
    command('statement', 'close', id, '--note', 'lost by the restore, told to the client'),
  );
  for (const { status } of await Promise.all(closed)) assert.equal(status, 0);
  const allowed = await command('allow-sending');
  assert.deepEqual([allowed.status, allowed.told.sending, allowed.told.changed], [0, 'allowed', true]);

  await ends(fresh, '7114', 'delivered');
  assert.equal((await place('afterwards', '7115', WAIT_SECONDS)).status, 'delivered');
  const all = await references('submitted');
  assert.equal(new Set(all).size, all.length, 'no reference is used twice');
  const since = all.slice(sent.length);
  assert.equal(since[0], referenceOf(fresh, 2));
  for (const reference of since) assert.match(reference, /^2-/);
  assert.ok(!since.includes(referenceOf(repeated, 2)), 'delivered once, in the time that was lost');

  // The one gap that stays: what was sent in the time that was lost, by name.
  const { told: verified } = await command('verify', '--settle-seconds', '0');
  const broken = verified.checks.filter(({ violations }: { violations: number }) => violations > 0);
  assert.deepEqual(
    broken.map(({ name }: { name: string }) => name),
    ['D4 references'],
  );
  assert.deepEqual([...broken[0].sample].sort(), lost.map((order) => referenceOf(order, 1)).sort());
  assert.deepEqual(fleet.deserters, []);
});
