/** 100,000 orders, the operators' statement of them with every break planted, all found and none invented. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BREAK_CLASSES } from '../../src/reconciliation/line.ts';
import type { KeyLine } from '../../src/simulator/write-statement.ts';
import { startApp } from '../harness/app.ts';
import {
  allBreaks,
  engineOf,
  foundKey,
  importFile,
  operatorsMapping,
  place,
  plantedKey,
  rowCounts,
  settleAll,
  wholePeriod,
  witness,
  writeOperatorsStatement,
} from '../reconciliation/kit.ts';

const ORDERS = 100_000;
const AT_ONCE = 250;
/** Each hundredth order is refused. */
const REFUSED_EVERY = 100;
const PLANT_RATE = 0.02;
const WITHHELD_RATE = 0.1;

test('a statement of 100,000 rows', { timeout: 40 * 60_000 }, async (context) => {
  const app = await startApp({ TOPRAIL_LOG_LEVEL: 'error' });
  const folder = await mkdtemp(join(tmpdir(), 'toprail-statement-'));
  let planted: readonly KeyLine[] = [];
  context.after(async () => {
    witness(app, planted);
    await app.close();
    await rm(folder, { recursive: true });
  });
  let beganAt = Date.now();
  const lap = (what: string, rows = ORDERS) => {
    const seconds = (Date.now() - beganAt) / 1000;
    context.diagnostic(`${what}: ${seconds.toFixed(1)} s, ${Math.round(rows / seconds)} a second`);
    beganAt = Date.now();
  };
  for (let first = 0; first < ORDERS; first += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, index) => numberOf(first + index));
    await Promise.all(numbers.map((number) => place(app, number)));
    await engineOf(app).dispatcher.settled();
  }
  await settleAll(app, 10);
  lap('orders placed and ended');

  const path = join(folder, 'statement.csv');
  planted = writeOperatorsStatement(app, path, {
    rate: PLANT_RATE,
    withheldRate: WITHHELD_RATE,
    seed: 'long',
  });
  lap(`statement written, ${planted.length} breaks planted`);
  const file = { ...(await operatorsMapping(app)), period: wholePeriod(app), isComplete: true };
  const heapBefore = process.memoryUsage().heapUsed;
  const { outcomes, failed } = await importFile(app, path, file);
  lap('statement imported');
  context.diagnostic(`heap ${Math.round((process.memoryUsage().heapUsed - heapBefore) / 1e6)} MB more`);
  context.diagnostic(JSON.stringify(Object.fromEntries(outcomes)));
  assert.equal(failed, 0);

  const classes = new Set(planted.map((one) => one.class));
  assert.deepEqual([...classes].sort(), Object.keys(BREAK_CLASSES).sort());
  assert.deepEqual(foundKey(await allBreaks(app)), plantedKey(planted));

  const counts = await rowCounts(app);
  assert.equal((await importFile(app, path, file)).isKnown, true);
  assert.deepEqual(await rowCounts(app), counts);
  lap('imported again');
  // A statement of its own that holds the same lines: each is found to be there already.
  await importFile(app, path, { ...file, isComplete: false });
  const after = await rowCounts(app);
  assert.deepEqual(
    { ...after, statements: 0, statement_rows: 0 },
    { ...counts, statements: 0, statement_rows: 0 },
  );
  lap('the same lines in another statement');
});

/** A number of its own with which nothing is odd, and now and then one that is refused. */
function numberOf(index: number): string {
  const digits = (value: number, count: number) => String(Math.floor(value)).padStart(count, '0');
  return index % REFUSED_EVERY === 0
    ? `+5093${digits(100 + index / REFUSED_EVERY, 4).slice(-3)}9001`
    : `+5093${digits(index / 9_000, 3)}${digits(index % 9_000, 4)}`;
}
