/** Export and import, as a person runs them, and what a running server makes of them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Client } from 'pg';
import { readCatalogueData } from '../../src/catalogue/data.ts';
import { seedCatalogue, writeCatalogue } from '../../src/catalogue/seed.ts';
import { cloneDatabase, type TestDatabase } from '../harness/database.ts';

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli.ts');
const PARTS = ['operators', 'products', 'prefixes', 'promotions', 'rates'] as const;

describe('the catalogue in files', () => {
  let clone: TestDatabase;
  let owner: Client;
  let directory: string;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    clone = await cloneDatabase();
    owner = new Client({ connectionString: clone.ownerUrl });
    await owner.connect();
    await inTransaction(() => seedCatalogue(owner));
    directory = await mkdtemp(join(tmpdir(), 'toprail-catalogue-'));
    env = {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: join(directory, 'compiled'),
      TOPRAIL_DATABASE_URL: clone.appUrl,
      TOPRAIL_DATABASE_OWNER_URL: clone.ownerUrl,
      TOPRAIL_DATA_DIR: directory,
      TOPRAIL_MASTER_KEY: Buffer.alloc(32, 9).toString('base64'),
    };
  });
  after(async () => {
    await owner.end();
    await clone.drop();
    await rm(directory, { recursive: true });
  });

  async function inTransaction(work: () => Promise<unknown>): Promise<void> {
    await owner.query('begin');
    await work();
    await owner.query('commit');
  }

  const file = (name: string) => join(directory, name);

  async function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
    const child = spawn(process.execPath, [CLI, 'catalogue', ...args], { env });
    const ran = { out: '', err: '' };
    child.stdout.on('data', (data: Buffer) => (ran.out += data));
    child.stderr.on('data', (data: Buffer) => (ran.err += data));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, ...ran };
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- the document that --json prints
  async function json(...args: string[]): Promise<any> {
    const { code, out, err } = await run(...args, '--json');
    assert.equal(code, 0, out + err);
    return JSON.parse(out);
  }

  async function exported(part: string): Promise<string[]> {
    await json('export', '--format', 'csv', '--what', part, '--out', file(`${part}.csv`));
    return (await readFile(file(`${part}.csv`), 'utf8')).trimEnd().split('\r\n');
  }

  /** Writes a CSV of these lines and imports it. */
  async function imports(part: string, lines: readonly string[], ...more: string[]) {
    await writeFile(file('edited.csv'), `${lines.join('\r\n')}\r\n`);
    return run('import', file('edited.csv'), '--format', 'csv', '--what', part, ...more);
  }

  async function versions(): Promise<string[]> {
    const { rows } = await owner.query<{ version: string }>(
      'select version from toprail.catalogue_versions order by loaded_at',
    );
    return rows.map(({ version }) => version);
  }

  const cell = (lines: readonly string[], column: string) => lines[0]?.split(',').indexOf(column) ?? -1;

  /** The row of an id with other cells; none of those before the changed ones is quoted. */
  function edited(lines: readonly string[], id: string, changes: Readonly<Record<string, string>>): string {
    const cells = lines.find((line) => line.startsWith(`${id},`))?.split(',') ?? assert.fail(id);
    for (const [column, value] of Object.entries(changes)) cells[cell(lines, column)] = value;
    return cells.join(',');
  }

  test('what was exported and is imported changes nothing, in both formats', async () => {
    const known = await versions();
    for (const part of PARTS) {
      const lines = await exported(part);
      assert.ok(lines.length > 10, part);
      const ran = await imports(part, lines, '--withdraw-missing');
      assert.deepEqual([ran.code, ran.out], [0, 'unchanged\n'], part + ran.err);
    }
    const all = await json('export', '--format', 'json', '--out', file('all.json'));
    assert.equal(all.version, known.at(-1));
    assert.ok(all.rows.prefixes > 28_000);
    const back = await json('import', file('all.json'), '--format', 'json', '--withdraw-missing');
    assert.deepEqual(back, { outcome: 'unchanged' });
    assert.deepEqual(await versions(), known);
  });

  test('a dry run says what would be, field by field, and changes nothing', async () => {
    const lines = await exported('operators');
    const known = await versions();
    const changed = edited(lines, '173', { name: 'Digicel of Haiti', commission_local: '1.50' });
    const { code, out } = await imports('operators', [lines[0] ?? '', changed], '--dry-run');
    assert.equal(code, 0, out);
    assert.deepEqual(out.trimEnd().split('\n'), [
      'changed    operator 173 Digicel of Haiti: name "Digicel Haiti" -> "Digicel of Haiti", commission_local "0" -> "1.5"',
      '0 added, 1 changed, 0 withdrawn; a dry run changes nothing',
    ]);
    assert.deepEqual(await exported('operators'), lines);
    assert.deepEqual(await versions(), known);
  });

  test('an import is a version with its changes; a later release leaves it as it was set', async () => {
    const operators = await exported('operators');
    const changed = edited(operators, '174', { name: 'Natcom' });
    const answer = await imports('operators', [operators[0] ?? '', changed], '--json');
    const { outcome, version, added, withdrawn } = JSON.parse(answer.out);
    assert.deepEqual([outcome, added, withdrawn], ['imported', 0, 0]);
    assert.match(version, /^import-\d{8}T\d{12}Z$/);
    const products = await exported('products');
    const own = edited(products, '500001', { id: '900001', code: 'MINE1', name: 'A plan of ours' });
    const plan = await imports('products', [products[0] ?? '', own]);
    assert.match(
      plan.out,
      /^added {6}product 900001 A plan of ours\n1 added, 0 changed, 0 withdrawn: version /,
    );

    const { rows } = await owner.query(
      `select version, kind, resource, resource_id, fields from toprail.catalogue_changes where id > 1 order by id`,
    );
    assert.deepEqual(rows[0], {
      version,
      kind: 'changed',
      resource: 'operator',
      resource_id: '174',
      fields: ['name'],
    });
    assert.deepEqual([rows[1].kind, rows[1].resource_id], ['added', '900001']);

    const data = readCatalogueData();
    await inTransaction(() => writeCatalogue(owner, { ...data, version: 'next' }));
    const kept = await exported('operators');
    assert.ok(kept.includes(changed));
    assert.ok(
      (await exported('products')).some((line) => line.startsWith('900001,') && line.endsWith(',in_service')),
    );
    const { rows: since } = await owner.query(
      `select count(*)::integer as n from toprail.catalogue_changes where version = 'next'`,
    );
    assert.equal(since[0].n, 0, 'a release of the same data is no change');
  });

  test('what a file does not list stays, and is withdrawn only where that is asked for', async () => {
    const lines = await exported('promotions');
    const without = lines.filter((line) => !line.startsWith('9004,'));
    assert.equal((await imports('promotions', without)).out, 'unchanged\n');
    const { out } = await imports('promotions', without, '--withdraw-missing');
    assert.match(out, /^withdrawn {2}promotion 9004\n0 added, 0 changed, 1 withdrawn: version /);
    assert.deepEqual(await exported('promotions'), without);
  });

  test('a rate that is imported is in force, and set by hand', async () => {
    const { out } = await imports('rates', ['quote,rate,valid_on', 'HTG,140.50,2026-11-22']);
    assert.match(
      out,
      /^changed {4}rate HTG: rate "[\d.]+" -> "140\.5", valid_on "2026-09-29" -> "2026-11-22"\n/,
    );
    const { rows } = await owner.query(
      `select rate::text, source from toprail.exchange_rates where quote = 'HTG' order by id desc limit 1`,
    );
    assert.deepEqual(rows, [{ rate: '140.5', source: 'manual' }]);
  });

  test('one wrong row refuses the whole file, and every fault is named by line and column', async () => {
    const lines = await exported('operators');
    const known = await versions();
    const { code, out } = await imports('operators', [
      lines[0] ?? '',
      edited(lines, '173', { name: 'Good' }),
      edited(lines, '174', { pin: 'maybe', commission_local: '101' }),
      edited(lines, '341', { country: 'XQ', network: '99999999' }),
      edited(lines, '683', { email_domains: '' }),
      edited(lines, '173', { name: 'Again' }),
    ]);
    assert.equal(code, 1);
    const place = (line: number, column: string) =>
      `${file('edited.csv')}, operators line ${line}, column ${column}: `;
    assert.deepEqual(out.trimEnd().split('\n'), [
      `${place(3, 'pin')}must be true or false`,
      `${place(3, 'commission_local')}must be a number from 0 to 100 with at most 4 digits after the point`,
      `${place(5, 'email_domains')}is required of recipient email`,
      `${place(6, 'id')}is that of line 2 again`,
      'nothing was changed',
    ]);
    const dangling = await imports('operators', [
      lines[0] ?? '',
      edited(lines, '341', { country: 'XQ', network: '99999' }),
    ]);
    assert.deepEqual(dangling.out.trimEnd().split('\n'), [
      `${place(2, 'country')}is no country that is there`,
      `${place(2, 'network')}is no operator that is there`,
      'nothing was changed',
    ]);
    // Only the whole shows that a short code is taken.
    const taken = await imports('operators', [lines[0] ?? '', edited(lines, '173', { code: 'AIRTEL' })]);
    assert.match(taken.out, /duplicate key .*AIRTEL/);
    assert.deepEqual(await exported('operators'), lines);
    assert.deepEqual(await versions(), known);
  });

  const BROKEN: [name: string, part: string, text: string, said: RegExp][] = [
    [
      'an unknown column',
      'prefixes',
      'prefix,operator_id,extra\r\n1,2,3\r\n',
      /line 1, column extra: is no column of/,
    ],
    ['a missing column', 'prefixes', 'prefix\r\n5093\r\n', /line 2, column operator_id: is missing/],
    ['a torn row', 'prefixes', 'prefix,operator_id\r\n5093\r\n', /line 2: has 1 cells, not 2/],
    [
      'an open quote',
      'rates',
      'quote,rate,valid_on\r\n"HTG,1,2026-01-01\r\n',
      /line 2: a quoted cell has no end/,
    ],
    ['nothing', 'rates', '', /line 1: there is no heading/],
    [
      'a day that is none',
      'rates',
      'quote,rate,valid_on\r\nHTG,1,2026-02-30\r\n',
      /column valid_on: must be a day/,
    ],
  ];
  for (const [name, part, text, said] of BROKEN) {
    test(`a file with ${name} is refused`, async () => {
      await writeFile(file('broken.csv'), text);
      const { code, out } = await run('import', file('broken.csv'), '--format', 'csv', '--what', part);
      assert.equal(code, 1);
      assert.match(out, said);
    });
  }

  test('an operator goes out of service and comes back', async () => {
    assert.equal(
      (await run('operator', '341', '--status', 'out_of_service')).out,
      'operator 341: out_of_service\n',
    );
    const again = await json('operator', '341', '--status', 'out_of_service');
    assert.deepEqual(again, { id: 341, status: 'out_of_service', changed: false });
    await json('operator', '341', '--status', 'in_service');
    const { rows } = await owner.query(
      `select kind, fields from toprail.catalogue_changes where resource_id = '341' order by id`,
    );
    assert.deepEqual(rows, [
      { kind: 'withdrawn', fields: ['status'] },
      { kind: 'changed', fields: ['status'] },
    ]);
    assert.match(
      (await run('operator', '99999999', '--status', 'in_service')).err,
      /there is no operator 99999999/,
    );
  });

  test('only who may write the schema may import', async () => {
    const { TOPRAIL_DATABASE_OWNER_URL: _owner, ...app } = env;
    env = app;
    const { code, err } = await run('operator', '341', '--status', 'out_of_service');
    assert.equal(code, 1);
    assert.match(err, /TOPRAIL_DATABASE_OWNER_URL must be set/);
  });
});
