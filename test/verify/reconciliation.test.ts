/** What could be wrong with statements and stay unseen: each is done on purpose and must be found. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startApp, type TestApp } from '../harness/app.ts';
import { quiet } from '../harness/quiet.ts';
import { allBreaks, importFile, place, wholePeriod, witness } from '../reconciliation/kit.ts';
import { foundAfter } from './planted.ts';

const PLANTS: Readonly<Record<string, readonly [check: string, sql: string]>> = {
  'a line that was judged, without its break': [
    'R1',
    "delete from statement_breaks where class = 'missing_with_us'",
  ],
  'a break of another class than its line': [
    'R1',
    "update statement_breaks set class = 'fee' where class = 'late'",
  ],
  'a break of a line that agrees': [
    'R1',
    "update statement_lines set outcome = 'matched' where outcome = 'missing_with_us'",
  ],
  'a line of a finished statement that nobody has judged': [
    'R1',
    "update statement_lines set outcome = null where outcome = 'matched'",
  ],
  'a line of a finished statement that its order was never given': [
    'R1',
    "update statement_lines set due = true where outcome = 'late'",
  ],
  'a line that stands in no file': ['R1', 'delete from statement_rows where number = 1'],
  'a break closed by an adjustment that is not there': ['R2', 'delete from adjustments'],
  'a break closed by the adjustment of another order': [
    'R2',
    'update adjustments set order_id = order_id + 1',
  ],
  'a break closed by a line about something else': [
    'R2',
    "update statement_breaks set closed_by = 'line', closing_id = (select min(id) from statement_lines) where class = 'late'",
  ],
  'a break closed by an order that goes on': [
    'R2',
    `update statement_breaks set closed_by = 'order', closing_id = null where class = 'late';
     update attempts set state = 'UNKNOWN' where state = 'REFUSED'`,
  ],
  'a word of a statement that is in none': [
    'R3',
    "update evidence set raw_hash = sha256('x') where source = 'statement'",
  ],
  'a line that was put into other words': [
    'R3',
    "update statement_lines set verdict = 'reversed' where outcome = 'late'",
  ],
  'an absence from a statement that is not complete': [
    'R3',
    "update evidence set verdict = 'not_found', code = (select 'ABSENT_' || upper(left(fingerprint::text, 8)) from statements) where source = 'statement'",
  ],
};

describe('what is wrong with statements', () => {
  let app: TestApp;
  let folder: string;
  let failed = 0n;
  before(async () => {
    app = await startApp();
    folder = await mkdtemp(join(tmpdir(), 'toprail-statement-'));
    const delivered = await place(app, '+50936377111');
    failed = await place(app, '+50936379001');
    await quiet(app);
    const line = {
      verdict: 'delivered',
      amount: '1963.86',
      currency: 'HTG',
      at: new Date(app.clock.now()).toISOString(),
    };
    const path = join(folder, 'statement.json');
    const named = (id: bigint) => ({ ...line, our_reference: `1-${id}-1` });
    writeFileSync(
      path,
      JSON.stringify([named(delivered), named(failed), { ...line, their_reference: 'nobody' }]),
    );
    const { outcomes } = await importFile(app, path, { period: wholePeriod(app) });
    assert.deepEqual(Object.fromEntries(outcomes), { matched: 1, late: 1, missing_with_us: 1 });
    assert.equal((await allBreaks(app, { class: 'late' }))[0]?.closed?.by, 'adjustment');
  });
  after(async () => {
    witness(app, [{ reference: `1-${failed}-1`, happened: 'delivered' }]);
    await app.close();
    await rm(folder, { recursive: true });
  });

  it('nothing is wrong with good ones', async () =>
    assert.deepEqual(await foundAfter(app.db, 'select 1'), []));
  for (const [name, [check, sql]] of Object.entries(PLANTS)) {
    it(`${check} finds ${name}`, async () => {
      const found = await foundAfter(app.db, sql);
      assert.ok(found.includes(check), `${check} saw nothing, only ${found.join(', ') || 'good books'}`);
    });
  }
});
