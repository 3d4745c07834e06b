/** Each suffix of the sandbox's table, through the connector, with the journal as witness. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { Evidence } from '../../src/routing/connector.ts';
import { type Sandbox, startSandbox } from './sandbox-harness.ts';

const REFERENCE = '1-100-1';
let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

const submit = (suffix: string, reference = REFERENCE) =>
  sandbox.submit({ to: `+234814765${suffix}`, reference });
const query = () => sandbox.connector.query(REFERENCE);
const history = () => sandbox.history(REFERENCE);
const told = ({ verdict, code, deliveredAmount }: Evidence) => [verdict, code, deliveredAmount];
const toldOfNotices = () =>
  sandbox.notices.map(({ notice, evidence }) => [notice, evidence.verdict, evidence.code]);

const DELIVERED = ['delivered', 'DELIVERED', 1001n];

test('any other number: delivered at once', async () => {
  const evidence = await submit('8721');
  assert.deepEqual(told(evidence), DELIVERED);
  assert.equal(evidence.source, 'submit');
  assert.match(evidence.rawHash ?? '', /^[0-9a-f]{64}$/);
  assert.equal(evidence.voucher, undefined);
  assert.deepEqual(told(await query()), DELIVERED);
  const [submitted, delivered] = sandbox.entries(REFERENCE);
  assert.equal(submitted?.plan, 'delivered');
  assert.deepEqual([delivered?.seq, delivered?.event, delivered?.amount], [2, 'delivered', '10.01']);
  assert.deepEqual(
    [delivered?.provider, delivered?.number, delivered?.product, delivered?.currency],
    ['sandbox', '+2348147658721', 'airtime:173', 'USD'],
  );
});

test('9000: delivers after 2 s and answers then', async () => {
  const sending = submit('9000');
  while (sandbox.simulator.journal.entries().length === 0) await new Promise(setImmediate);
  assert.deepEqual(told(await query()), ['pending', 'PENDING', undefined]);
  await sandbox.pass(2_000);
  assert.deepEqual(told(await sending), DELIVERED);
  assert.deepEqual(history(), ['submitted', 'delivered']);
});

for (const [suffix, code] of [
  ['9001', 'NO_SUCH_NUMBER'],
  ['9002', 'BARRED'],
  ['9003', 'WRONG_OPERATOR'],
] as const) {
  test(`${suffix}: refuses with ${code}`, async () => {
    assert.deepEqual(told(await submit(suffix)), ['refused', code, undefined]);
    assert.deepEqual(told(await query()), ['refused', code, undefined]);
    await sandbox.pass(60_000);
    assert.deepEqual(history(), ['submitted', 'refused']);
  });
}

test('9004: is sent to a closed port by configuration', async () => {
  assert.deepEqual(told(await submit('9004')), ['unsent', 'CONNECTION_REFUSED', undefined]);
  assert.deepEqual(history(), []);
});

test('9005: delivers, loses the answer, and is found', async () => {
  assert.deepEqual(told(await submit('9005')), ['unknown', 'UND_ERR_SOCKET', undefined]);
  assert.deepEqual(history(), ['submitted', 'delivered']);
  assert.deepEqual(told(await query()), DELIVERED);
});

test('9006: does nothing, loses the answer, and is not found', async () => {
  assert.equal((await submit('9006')).verdict, 'unknown');
  assert.deepEqual(told(await query()), ['not_found', 'NOT_FOUND', undefined]);
  await sandbox.pass(60_000);
  assert.deepEqual(told(await query()), ['not_found', 'NOT_FOUND', undefined]);
  assert.deepEqual(history(), ['submitted']);
});

test('9007: pending, and 5 s later delivered with a callback', async () => {
  assert.deepEqual(told(await submit('9007')), ['pending', 'PENDING', undefined]);
  await sandbox.pass(2_500);
  assert.deepEqual(history(), ['submitted']);
  await sandbox.pass(2_500);
  assert.deepEqual(told(await query()), DELIVERED);
  assert.deepEqual(toldOfNotices(), [[`${REFERENCE}:1`, 'delivered', 'DELIVERED']]);
  assert.deepEqual(history(), ['submitted', 'delivered', 'notified']);
});

test('9008: pending, and 5 s later refused with a callback', async () => {
  assert.deepEqual(told(await submit('9008')), ['pending', 'PENDING', undefined]);
  await sandbox.pass(5_000);
  assert.deepEqual(told(await query()), ['refused', 'PENDING_REFUSED', undefined]);
  assert.deepEqual(toldOfNotices(), [[`${REFERENCE}:1`, 'refused', 'PENDING_REFUSED']]);
  assert.deepEqual(history(), ['submitted', 'refused', 'notified']);
});

test('9009: delivers, then calls back three times and out of order', async () => {
  assert.deepEqual(told(await submit('9009')), DELIVERED);
  await sandbox.simulator.settled();
  assert.deepEqual(toldOfNotices(), [
    [`${REFERENCE}:1`, 'delivered', 'DELIVERED'],
    [`${REFERENCE}:1`, 'delivered', 'DELIVERED'],
    [`${REFERENCE}:0`, 'pending', 'PENDING'],
  ]);
  assert.deepEqual(history(), ['submitted', 'delivered', 'notified', 'notified', 'notified']);
});

test('9010: delivers and answers with garbage', async () => {
  assert.deepEqual(told(await submit('9010')), ['unknown', 'UNREADABLE_ANSWER', undefined]);
  assert.deepEqual(history(), ['submitted', 'delivered']);
  assert.deepEqual(told(await query()), DELIVERED);
});

test('9011: delivers, and takes it back 10 s later', async () => {
  assert.deepEqual(told(await submit('9011')), DELIVERED);
  await sandbox.pass(5_000);
  assert.deepEqual(told(await query()), DELIVERED);
  await sandbox.pass(5_000);
  assert.deepEqual(told(await query()), ['reversed', 'REVERSED', undefined]);
  assert.deepEqual(toldOfNotices(), [[`${REFERENCE}:1`, 'reversed', 'REVERSED']]);
  assert.deepEqual(history(), ['submitted', 'delivered', 'reversed', 'notified']);
});

test('9012: refuses, and delivers 5 s later all the same', async () => {
  assert.deepEqual(told(await submit('9012')), ['refused', 'REFUSED_LATE', undefined]);
  await sandbox.pass(5_000);
  assert.deepEqual(told(await query()), DELIVERED);
  assert.deepEqual(toldOfNotices(), [[`${REFERENCE}:1`, 'delivered', 'DELIVERED']]);
  assert.deepEqual(history(), ['submitted', 'refused', 'delivered', 'notified']);
});

test('9013: delivers half, rounded down, and says so', async () => {
  assert.deepEqual(told(await submit('9013')), ['delivered', 'DELIVERED', 500n]);
  assert.deepEqual(told(await query()), ['delivered', 'DELIVERED', 500n]);
  assert.equal(sandbox.entries(REFERENCE)[1]?.amount, '5.00');
});

test('9014: delivers, loses the answer, is silent for 30 s, then shows it', async () => {
  assert.equal((await submit('9014')).verdict, 'unknown');
  assert.deepEqual(history(), ['submitted', 'delivered']);
  assert.equal((await query()).verdict, 'unknown');
  await sandbox.pass(20_000);
  assert.equal((await query()).verdict, 'unknown');
  await sandbox.pass(10_000);
  assert.deepEqual(told(await query()), DELIVERED);
});

test('9015: refuses each order twice as out of service, then delivers', async () => {
  for (const order of ['1-100', '1-101']) {
    for (const attempt of [1, 2]) {
      const evidence = await submit('9015', `${order}-${attempt}`);
      assert.deepEqual(told(evidence), ['refused', 'OUT_OF_SERVICE', undefined]);
      await sandbox.restart(); // the count is in the journal
    }
    assert.deepEqual(told(await submit('9015', `${order}-3`)), DELIVERED);
    assert.equal(sandbox.simulator.journal.deliveries(`${order}-`).length, 1);
  }
  const { OUT_OF_SERVICE } = sandbox.connector.capability.refusedCodes;
  assert.equal(OUT_OF_SERVICE?.retryable, true);
});

test('an e-mail recipient: the digits before the @ choose', async () => {
  assert.equal((await sandbox.submit({ to: 'anyone9001@nauta.com.cu' })).code, 'NO_SUCH_NUMBER');
  const plain = await sandbox.submit({ to: 'anyone@nauta.com.cu', reference: '1-101-1' });
  assert.deepEqual(told(plain), DELIVERED);
  assert.equal(sandbox.entries('1-101-1')[1]?.number, 'anyone@nauta.com.cu');
});

test('a PIN product: the same voucher in the answer and in the status query, none in the journal', async () => {
  const { voucher } = await sandbox.submit({ to: '+447951631337', sku: 'pin:535' });
  assert.match(voucher?.code ?? '', /^\d{16}$/);
  assert.deepEqual((await query()).voucher, voucher);
  const other = await sandbox.submit({ to: '+447951631337', sku: 'pin:535', reference: '1-101-1' });
  assert.notEqual(other.voucher?.code, voucher?.code);
  assert.ok(!JSON.stringify(sandbox.simulator.journal.entries()).includes(voucher?.code ?? '-'));
  const refused = await sandbox.submit({ to: '+447951639001', sku: 'pin:535', reference: '1-102-1' });
  assert.equal(refused.voucher, undefined);
});
