/** A statement with every class of break planted: all are found, none is invented, and once is enough. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { closeBreak } from '../../src/reconciliation/breaks.ts';
import { BREAK_CLASSES } from '../../src/reconciliation/line.ts';
import { reportDays } from '../../src/reconciliation/report.ts';
import type { KeyLine } from '../../src/simulator/write-statement.ts';
import { startApp, type TestApp } from '../harness/app.ts';
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
} from './kit.ts';

const DELIVERED = 110;
const REFUSED = ['9001', '9002', '9003'];
/** What may happen to a top-up in the sandbox, and is no break where both sides know it. */
const KNOWN_TO_BOTH = [
  '9005',
  '9006',
  '9007',
  '9008',
  '9009',
  '9010',
  '9011',
  '9012',
  '9013',
  '9014',
  '9015',
];

describe('a statement with every break planted', () => {
  let app: TestApp;
  let folder: string;
  let planted: readonly KeyLine[] = [];
  let fixed: { readonly fromMs: number; readonly toMs: number } | undefined;
  before(async () => {
    app = await startApp();
    folder = await mkdtemp(join(tmpdir(), 'toprail-statement-'));
    const numbers = Array.from(
      { length: DELIVERED },
      (_, index) => `+5093640${String(index).padStart(4, '0')}`,
    );
    const refused = REFUSED.flatMap((suffix) =>
      ['37', '38', '39'].map((middle) => `+50936${middle}${suffix}`),
    );
    await Promise.all(
      [...numbers, ...refused, ...KNOWN_TO_BOTH.map((suffix) => `+5093637${suffix}`)].map((number) =>
        place(app, number),
      ),
    );
    await settleAll(app);
  });
  after(async () => {
    witness(app, planted);
    await app.close();
    await rm(folder, { recursive: true });
  });

  it('finds every break and invents none', async () => {
    const path = join(folder, 'planted.csv');
    planted = writeOperatorsStatement(app, path, { rate: 0.4, seed: 'planted' });
    assert.deepEqual(
      [...new Set(planted.map((one) => one.class))].sort(),
      Object.keys(BREAK_CLASSES).sort(),
      'every class is there',
    );
    const made = (await adjustments()).length;
    const { id, isKnown, failed } = await importFile(app, path, {
      ...(await operatorsMapping(app)),
      ...whole(),
    });
    assert.deepEqual([isKnown, failed], [false, 0]);
    assert.deepEqual(foundKey(await allBreaks(app, { statement: id })), plantedKey(planted));

    const more = (await adjustments()).length - made;
    const told = planted.filter(({ happened }) => happened);
    assert.equal(more, told.length, 'one adjustment for each thing that only the statement told');
  });

  it('closes those that an adjustment answers, and leaves the others to people', async () => {
    for (const one of await allBreaks(app)) {
      const isAnswered = one.class === 'late' || one.class === 'reversed';
      assert.equal(one.closed?.by, isAnswered ? 'adjustment' : undefined, `${one.class} of line ${one.line}`);
    }
  });

  it('says of lines that cannot be read where they stand and why', async () => {
    const malformed = await allBreaks(app, { class: 'malformed' });
    assert.ok(malformed.length > 0);
    for (const { issue } of malformed) assert.equal(issue, 'amount is no amount of HTG');
  });

  it('changes nothing when it is imported again, by another name or with what it has already said', async () => {
    const counts = await rowCounts(app);
    const again = await importFile(app, join(folder, 'planted.csv'), {
      ...(await operatorsMapping(app)),
      ...whole(),
    });
    assert.equal(again.isKnown, true);
    assert.deepEqual(await rowCounts(app), counts);
    // The same lines in another file: a statement of its own, and not one line more.
    const path = join(folder, 'overlap.csv');
    const text = readFileSync(join(folder, 'planted.csv'), 'utf8').trimEnd().split('\r\n');
    writeFileSync(path, `${text.slice(0, 60).join('\r\n')}\r\n`);
    const part = await importFile(app, path, await operatorsMapping(app));
    assert.equal(part.isKnown, false);
    const now = await rowCounts(app);
    assert.deepEqual(
      { ...now, statements: 0, statement_rows: 0 },
      { ...counts, statements: 0, statement_rows: 0 },
    );
  });

  it('reports each day: what agrees, what is open and closed, and the cost of both sides', async () => {
    const day = new Date(app.clock.now()).toISOString().slice(0, 10);
    const first = new Date(app.clock.now() - 5 * 86_400_000).toISOString().slice(0, 10);
    const days = await reportDays(engineOf(app).database, { provider: 'sandbox', from: first, to: day });
    const all = await allBreaks(app);
    const reported = days.flatMap(({ breaks }) => Object.entries(breaks));
    for (const name of new Set(all.map((one) => one.class))) {
      const sums = reported.filter(([of]) => of === name).map(([, sum]) => sum);
      const found = all.filter((one) => one.class === name);
      assert.equal(
        sums.reduce((sum, one) => sum + one.open, 0),
        found.filter(({ closed }) => !closed).length,
        name,
      );
      assert.equal(
        sums.reduce((sum, one) => sum + one.closed, 0),
        found.filter(({ closed }) => closed).length,
        name,
      );
    }
    const [ours] = await app.rows<{ sum: string }>(
      `select sum(case when credit = 'payable:sandbox' then amount else -amount end) as sum from transfers
       where 'payable:sandbox' in (debit, credit) and currency = 'HTG'`,
    );
    const htg = days.filter(({ currency }) => currency === 'HTG');
    assert.equal(
      htg.reduce((sum, { cost }) => sum + cost.ours, 0n),
      BigInt(ours?.sum ?? 0),
    );
    assert.ok(htg.some(({ matched }) => matched.lines > 0 && matched.amount > 0n));
  });

  it('lets a person close a break, once, with a note that nobody reads in the database', async () => {
    const [open] = await allBreaks(app, { state: 'open' });
    assert.ok(open);
    const closing = { id: open.id, person: 'ada', note: 'They wrote: it is credited with invoice 4711' };
    assert.equal(await closeBreak(engineOf(app), closing), true);
    assert.equal(await closeBreak(engineOf(app), closing), false);
    const closed = (await allBreaks(app, { state: 'closed' })).find(({ id }) => id === open.id);
    assert.deepEqual(
      [closed?.closed?.by, closed?.closed?.person, closed?.closed?.note],
      ['person', 'ada', closing.note],
    );
    assert.ok(!JSON.stringify(await app.rows('select * from statement_breaks')).includes('4711'));
  });

  it('finds nothing in a right one that says the same anew, and what was missing is there', async () => {
    const found = await allBreaks(app);
    const path = join(folder, 'right.csv');
    writeOperatorsStatement(app, path, { withheldRate: 0.5, seed: 'right' });
    const { outcomes } = await importFile(app, path, await operatorsMapping(app));
    assert.deepEqual([...outcomes.keys()], ['matched']);
    const now = await allBreaks(app);
    assert.equal(now.length, found.length);
    for (const one of now.filter(({ class: name }) => name === 'missing_with_them'))
      assert.equal(one.closed?.by, 'line');
    const [{ count } = { count: 0 }] = await app.rows<{ count: number }>(
      "select count(*)::int as count from statement_lines where matched_by = 'their_reference'",
    );
    assert.ok(count > 20, 'some lines had nothing but the reference of the operators');
  });

  it('keeps nobody’s number', async () => {
    const rows = JSON.stringify([
      await app.rows('select * from statement_lines'),
      await app.rows('select * from statement_breaks'),
    ]);
    assert.ok(!/50936/.test(rows));
  });

  const adjustments = () => app.rows('select id, cause from adjustments order by id');
  const whole = () => ({ period: period(), isComplete: true });
  /** The same each time it is asked for. */
  const period = () => (fixed ??= wholePeriod(app));
});
