/** What a statement does to orders: it ends doubts and cases, never by a guess, and a crash in the middle costs nothing. */
import assert from 'node:assert/strict';
import { createReadStream, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { importStatement } from '../../src/reconciliation/import-statement.ts';
import { ownMapping } from '../../src/reconciliation/mapping.ts';
import { withSettings } from '../harness/accounts.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';
import { quiet } from '../harness/quiet.ts';
import { allBreaks, engineOf, importFile, place, rowCounts, witness } from './kit.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe('what a statement says of orders', () => {
  let app: TestApp;
  let folder: string;
  let files = 0;
  /** What the operators did and only a statement tells; their journal is written to when they are done with it. */
  const happened: { readonly reference: string; readonly happened: 'delivered' | 'reversed' }[] = [];
  before(async () => {
    app = await startApp();
    folder = await mkdtemp(join(tmpdir(), 'toprail-statement-'));
    // A provider that cannot be asked: what it does not say at once, only its statement tells.
    await withSettings(app, () =>
      app.rows(`update providers set capability = capability || '{"statusByOurReference": false}'`),
    );
  });
  after(async () => {
    witness(app, happened);
    await app.close();
    await rm(folder, { recursive: true });
  });

  const standing = async (id: bigint) => {
    const [row] = await app.rows<{ state: string; hold: string }>(
      'select state, hold from order_progress where order_id = $1',
      [id],
    );
    return row?.state;
  };
  const openCases = async (id: bigint) =>
    (await app.rows('select 1 from review_cases where order_id = $1 and closed_at is null', [id])).length;
  const causes = async (id: bigint) =>
    (
      await app.rows<{ cause: string }>('select cause from adjustments where order_id = $1 order by id', [id])
    ).map(({ cause }) => cause);

  async function inDoubt(number: string): Promise<bigint> {
    const id = await place(app, number);
    await eventually(async () => assert.equal(await standing(id), 'IN_DOUBT'));
    return id;
  }
  async function inReview(number: string): Promise<bigint> {
    const id = await inDoubt(number);
    await app.advance(25 * 60 * MINUTE);
    await eventually(async () => assert.equal(await standing(id), 'REVIEW'));
    await quiet(app);
    return id;
  }
  const line = (id: bigint | undefined, verdict: string, more: object = {}) => ({
    ...(id !== undefined && { our_reference: `1-${id}-1`, their_reference: `SIM-1-${id}-1` }),
    verdict,
    amount: '1963.86',
    currency: 'HTG',
    cost: verdict === 'refused' ? '0' : '1806.75',
    at: new Date(app.clock.now()).toISOString(),
    ...more,
  });
  const write = (lines: readonly object[]) => {
    const path = join(folder, `${(files += 1)}.json`);
    writeFileSync(path, JSON.stringify(lines));
    return path;
  };
  const take = async (lines: readonly object[], file = {}) => {
    const imported = await importFile(app, write(lines), file);
    assert.equal(imported.failed, 0);
    await quiet(app);
    return imported;
  };

  it('ends what is in doubt, as it says', async () => {
    const delivered = await inDoubt('+50936369005');
    const refused = await inDoubt('+50936379005');
    const half = await inDoubt('+50936389005');
    const taken = await inDoubt('+50936399005');
    const { outcomes } = await take([
      line(delivered, 'delivered'),
      line(half, 'delivered', { amount: '981.93', cost: '903.38' }),
      line(taken, 'delivered'),
      line(taken, 'reversed'),
    ]);
    assert.deepEqual(Object.fromEntries(outcomes), { ended: 3, reversed: 1 });
    assert.deepEqual(
      [await standing(delivered), await standing(half), await standing(taken)],
      ['DELIVERED', 'DELIVERED', 'DELIVERED'],
    );
    assert.deepEqual(
      [await causes(delivered), await causes(half), await causes(taken)],
      [[], ['PARTIAL'], ['OPERATOR_REVERSAL']],
    );
    const [reversed] = await allBreaks(app, { class: 'reversed' });
    assert.equal(reversed?.closed?.by, 'adjustment');
    // In truth it was delivered; this statement says otherwise, and is believed until a later one.
    await take([line(refused, 'refused', { code: 'NO_SUCH_NUMBER' })]);
    assert.equal(await standing(refused), 'FAILED');
    await take([line(refused, 'delivered', { their_reference: `SIM-late-${refused}` })]);
    assert.deepEqual(await causes(refused), ['LATE_DELIVERY']);
    assert.equal((await allBreaks(app, { class: 'late' }))[0]?.closed?.by, 'adjustment');
    const told = await app.rows('select source, verdict from evidence where order_id = $1 order by seq', [
      refused,
    ]);
    assert.deepEqual(told.slice(-2), [
      { source: 'statement', verdict: 'refused' },
      { source: 'statement', verdict: 'delivered' },
    ]);
    happened.push({ reference: `1-${taken}-1`, happened: 'reversed' });
  });

  it('closes cases: after a day in doubt, and after a contradiction', async () => {
    const id = await inReview('+50936469005');
    assert.equal(await openCases(id), 1);
    await take([line(id, 'delivered')]);
    assert.deepEqual([await standing(id), await openCases(id)], ['DELIVERED', 0]);

    for (const [number, verdict, end] of [
      ['+50936479005', 'delivered', 'DELIVERED'],
      ['+50936489006', 'refused', 'FAILED'],
    ] as const) {
      const disputed = await inReview(number);
      // The provider has said one thing and the other: what that looks like in the books.
      await app.rows("update attempts set state = 'CONFLICT' where order_id = $1", [disputed]);
      await take([line(disputed, verdict)]);
      assert.deepEqual([await standing(disputed), await openCases(disputed)], [end, 0]);
    }
  });

  it('does not believe what only looks alike, and closes the break when the order has ended so', async () => {
    const number = '+50936569005';
    const id = await inDoubt(number);
    const { outcomes } = await take([line(undefined, 'delivered', { recipient: number })]);
    assert.deepEqual(Object.fromEntries(outcomes), { status: 1 });
    assert.equal(await standing(id), 'IN_DOUBT', 'another top-up of the same number looks the same');
    await take([line(id, 'delivered')]);
    assert.equal(await standing(id), 'DELIVERED');
    const [weak] = await allBreaks(app, { class: 'status' });
    assert.deepEqual([weak?.orderId, weak?.closed?.by], [id, 'order']);
  });

  it('matches by recipient, amount and time where one attempt alone is near', async () => {
    const number = '+50936660001';
    const first = await place(app, number);
    await quiet(app);
    const firstAt = new Date(app.clock.now()).toISOString();
    await app.advance(10 * MINUTE);
    const second = await place(app, number);
    await quiet(app);
    const secondAt = new Date(app.clock.now()).toISOString();
    const between = new Date(app.clock.now() - 5 * MINUTE).toISOString();
    const { id, outcomes } = await take([
      line(undefined, 'delivered', { recipient: number, at: firstAt }),
      line(undefined, 'delivered', { recipient: number, at: secondAt }),
    ]);
    assert.deepEqual(Object.fromEntries(outcomes), { matched: 2 });
    const matched = await app.rows<{ order_id: bigint; matched_by: string }>(
      'select order_id, matched_by from statement_lines where statement_id = $1 order by id',
      [id],
    );
    assert.deepEqual(
      matched.map(({ order_id: order, matched_by: by }) => [String(order), by]),
      [
        [String(first), 'recipient'],
        [String(second), 'recipient'],
      ],
    );
    const third = await take([
      line(undefined, 'delivered', { recipient: number, at: between, amount: '1963.85' }),
    ]);
    assert.deepEqual(Object.fromEntries(third.outcomes), { missing_with_us: 1 });
  });

  it('takes what is missing in complete statements for NOT_FOUND, which proves what the record lets it prove', async () => {
    const id = await inDoubt('+50936769006');
    const sent = app.clock.now();
    await app.advance(60 * MINUTE);
    const period = (ahead: number, past: number) => ({
      period: { fromMs: sent - ahead * MINUTE, toMs: sent + past * MINUTE },
      isComplete: true,
    });
    // Too short for what may still settle, or as far as clocks may differ; what lies beside it may fill it up.
    await take([], period(60, 10));
    assert.deepEqual(await allBreaks(app, { class: 'missing_with_them' }), []);
    const { outcomes } = await take([], {
      period: { fromMs: sent + 10 * MINUTE, toMs: sent + 40 * MINUTE },
      isComplete: true,
    });
    assert.deepEqual(Object.fromEntries(outcomes), { missing_with_them: 1 });
    assert.equal(await standing(id), 'IN_DOUBT', 'once proves nothing');
    const [missing] = await allBreaks(app, { class: 'missing_with_them' });
    assert.deepEqual([missing?.orderId, missing?.closed], [id, undefined]);

    await app.advance(MINUTE);
    await take([], period(60, 41));
    assert.equal(await standing(id), 'FAILED', 'twice, at the spacing, is what the record takes for proof');
    const [answered] = await allBreaks(app, { class: 'missing_with_them' });
    assert.equal(answered?.closed?.by, 'order');
  });

  it('is of a provider that is there', async () => {
    await assert.rejects(importFile(app, write([]), { provider: 'nobody' }), /there is no provider nobody/);
  });

  it('names a reference that is not ours, and what nobody asked for', async () => {
    const { outcomes } = await take([
      line(undefined, 'delivered', { our_reference: '1-77-1' }),
      line(undefined, 'delivered', { our_reference: 'INV-77', recipient: '+50936999999' }),
      { verdict: 'delivered' },
      [],
    ]);
    assert.deepEqual(Object.fromEntries(outcomes), {
      malformed: 2,
      missing_with_us: 1,
      unknown_reference: 1,
    });
    const malformed = await allBreaks(app, { class: 'malformed' });
    assert.deepEqual(
      malformed.map(({ line: at, issue }) => [at, issue]),
      [
        [3, 'currency is no currency'],
        [4, 'it is no JSON object'],
      ],
    );
  });

  it('goes on after a crash wherever it was, and ends as if there had been none', async () => {
    const id = await inDoubt('+50936869005');
    const failed = await place(app, '+50936369001');
    await eventually(async () => assert.equal(await standing(failed), 'FAILED'));
    await app.advance(60 * MINUTE);
    await quiet(app);
    const path = write([
      line(id, 'delivered'),
      line(failed, 'delivered', { their_reference: 'late' }),
      line(undefined, 'delivered', { our_reference: '1-78-1' }),
    ]);
    const engine = engineOf(app);
    const file = { period: { fromMs: app.clock.now() - DAY, toMs: app.clock.now() }, isComplete: true };
    let crashes = 0;
    for (let calls = 0; ; calls += 1) {
      let left = calls;
      const query: typeof engine.database.query = (...args) => {
        left -= 1;
        if (left < 0) throw new Error('the process is gone');
        return engine.database.query(...args);
      };
      const ended = await importFile(app, path, file, {
        ...engine,
        database: { ...engine.database, query },
      }).catch(() => undefined);
      if (ended) break;
      crashes += 1;
    }
    assert.ok(crashes > 5, `${crashes} places to crash in`);
    assert.deepEqual([await standing(id), await causes(failed)], ['DELIVERED', ['LATE_DELIVERY']]);
    happened.push({ reference: `1-${failed}-1`, happened: 'delivered' });
    const said = await app.rows(
      "select 1 from evidence where source = 'statement' and order_id in ($1, $2)",
      [id, failed],
    );
    assert.equal(said.length, 2, 'each was told once');
    const counts = await rowCounts(app);
    assert.equal((await importFile(app, path, file)).isKnown, true);
    assert.deepEqual(await rowCounts(app), counts);
  });

  it('takes a long file up where it broke off; equal lines of one file are lines of their own', async () => {
    const rows = Array.from({ length: 2_500 }, (_, index) =>
      JSON.stringify(
        line(undefined, 'delivered', {
          their_reference: `nobody-${index % 2_000}`,
          at: '2026-01-01T00:00:00Z',
        }),
      ),
    );
    const path = join(folder, 'long.json');
    writeFileSync(path, rows.join('\n'));
    let reads = 0;
    /** The first reading is for the hash. */
    const breaksOff = async function* (): AsyncGenerator<Buffer> {
      reads += 1;
      let bytes = 0;
      for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (reads === 2 && bytes > 200_000) throw new Error('the disk is gone');
        yield chunk;
      }
    };
    const whole = {
      provider: 'sandbox',
      mapping: ownMapping('json'),
      mappingName: undefined,
      period: undefined,
    };
    await assert.rejects(
      importStatement(engineOf(app), { ...whole, isComplete: false, open: breaksOff }),
      /the disk is gone/,
    );
    const stored = async () =>
      (await app.rows("select 1 from statement_lines where their_reference like 'nobody-%'")).length;
    const half = await stored();
    assert.ok(half > 0 && half < 2_500, `${half} lines`);
    const { outcomes } = await importFile(app, path);
    assert.deepEqual(Object.fromEntries(outcomes), { missing_with_us: 2_500 });
    assert.equal(await stored(), 2_500);
  });
});
