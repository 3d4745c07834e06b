/** Reconciliation as a person does it by command, from the operators' own file to the end of a restore. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { closeBreak } from '../../src/reconciliation/breaks.ts';
import { findGap } from '../../src/reconciliation/gap.ts';
import type { KeyLine } from '../../src/simulator/write-statement.ts';
import { startApp, type TestApp } from '../harness/app.ts';
import { quiet } from '../harness/quiet.ts';
import { allBreaks, engineOf, importFile, place, plantedKey, witness } from './kit.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const HOUR_MS = 3_600_000;

describe('statements by command', () => {
  let app: TestApp;
  let folder: string;
  let key: readonly KeyLine[] = [];
  const inFolder = (name: string) => join(folder, name);
  before(async () => {
    app = await startApp();
    folder = await mkdtemp(join(tmpdir(), 'toprail-statement-'));
    for (let index = 0; index < 24; index += 1) await place(app, `+50936${400_100 + index}`);
    await place(app, '+50936379001');
    await quiet(app);
  });
  after(async () => {
    witness(app, key);
    await app.close();
    await rm(folder, { recursive: true });
  });

  async function run(program: string, args: readonly string[]) {
    const child = spawn(process.execPath, [join(ROOT, 'src', program), ...args], {
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: inFolder('compiled'),
        TOPRAIL_DATABASE_URL: app.db.appUrl,
        TOPRAIL_DATA_DIR: app.config.dataDir,
        TOPRAIL_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      },
    });
    const ran = { out: '', err: '' };
    child.stdout.on('data', (data: Buffer) => (ran.out += data));
    child.stderr.on('data', (data: Buffer) => (ran.err += data));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, ...ran };
  }
  // Tests read answers as a person would; what they expect they assert.
  // oxlint-disable-next-line typescript/no-explicit-any
  async function json(...args: readonly string[]): Promise<{ code: number | null; body: any }> {
    const { code, out, err } = await run('cli.ts', [...args, '--json']);
    assert.equal(err, '');
    return { code, body: JSON.parse(out) };
  }
  const day = (ms = app.clock.now()) => new Date(ms).toISOString().slice(0, 10);

  it('the operators write a statement with breaks and the key to them; it is imported and told', async () => {
    const plants = ['--plant', '0.5', '--seed', 'two', '--key', inFolder('key.ndjson')];
    const written = await run('simulator/main.ts', ['statement', '--out', inFolder('day.csv'), ...plants]);
    assert.equal(written.code, 0, written.err);
    key = readFileSync(inFolder('key.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as KeyLine);
    assert.ok(key.length > 5, `${key.length} planted`);

    const source = ['--provider', 'sandbox'];
    const mapping = [...source, '--name', 'operators'];
    const kept = await json(
      'statement',
      'mapping',
      ...mapping,
      '--set',
      `@${join(ROOT, 'docs', 'statement-mapping.json')}`,
    );
    assert.deepEqual(kept.body, { provider: 'sandbox', name: 'operators', version: 1 });

    const period = [-48, 2].map((hours) => new Date(app.clock.now() + hours * HOUR_MS).toISOString());
    const file = [inFolder('day.csv'), ...source, '--mapping', 'operators', '--complete'];
    const given = [...file, '--from', period[0] ?? '', '--to', period[1] ?? ''];
    const imported = await json('statement', 'import', ...given);
    assert.equal(imported.code, 0);
    assert.equal(imported.body.known, false);

    const { body: breaks } = await json('statement', 'breaks', '--state', 'all');
    const found = breaks.data.map((one: Record<string, string | number | null>) =>
      one['line'] === null
        ? `${one['class']} 1-${String(one['order']).replace('ord_', '')}-${one['attempt']}`
        : `${one['class']} line ${one['line']}`,
    );
    assert.deepEqual(found.sort(), plantedKey(key));

    const { body: report } = await json(
      'statement',
      'report',
      ...source,
      '--from',
      day(app.clock.now() - 4 * 24 * HOUR_MS),
      '--to',
      day(),
    );
    const lines = report.data.reduce(
      (sum: number, one: { matched: { lines: number } }) => sum + one.matched.lines,
      0,
    );
    assert.equal(lines, imported.body.outcomes.matched);
  });

  it('after a restore nothing is sent until statements were read and their breaks closed, or somebody insists', async () => {
    assert.equal((await json('restore-epoch')).code, 0);
    const refused = await json('allow-sending');
    assert.equal(refused.code, 1);
    assert.equal(refused.body.sending, 'blocked');
    assert.deepEqual(refused.body.open.providers_without_statement, ['sandbox']);
    assert.ok(refused.body.open.breaks > 0);

    appendFileSync(inFolder('own.json'), '[]');
    await importFile(app, inFolder('own.json'));
    const engine = engineOf(app);
    for (const { id } of await allBreaks(app, { state: 'open' }))
      assert.equal(await closeBreak(engine, { id, person: 'ada', note: 'credited' }), true);
    const closed = { isBlocked: true, attemptsOpen: 0, breaksOpen: 0, providersUnread: [] };
    assert.deepEqual(await findGap(engine.database), closed);
    await app.rows("update statements set finished_at = finished_at - interval '1 day'");
    const insisted = await json('allow-sending', '--force');
    assert.deepEqual([insisted.code, insisted.body.changed], [0, true]);
  });

  it('says in one line what is wrong', async () => {
    const rows: readonly (readonly [args: readonly string[], line: RegExp])[] = [
      [['import', inFolder('none.csv'), '--provider', 'sandbox'], /none.csv cannot be read \(ENOENT\)/],
      [['import', inFolder('day.csv'), '--provider', 'sandbox'], /the file has no column "verdict"/],
    ];
    await Promise.all(
      rows.map(async ([args, line]) => {
        const { code, out, err } = await run('cli.ts', ['statement', ...args]);
        assert.equal(code, 1, err);
        assert.equal(out, '');
        assert.match(err, /^[^\n]+\n$/);
        assert.match(err, line);
      }),
    );
  });
});
