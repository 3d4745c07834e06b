/** `npm run samples` as a test: the samples of all dialects, sent with curl where the machine has it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { findCurl, requestArguments } from '../../tools/samples/curl.ts';
import { runSamples, valuesOf } from '../../tools/samples/run-samples.ts';
import { complaints, DIALECTS, fill, readSamples, type Sample } from '../../tools/samples/sample.ts';
import { startApp, type TestApp } from '../harness/app.ts';
import { anotherAccount } from './a1topup/a1topup-client.ts';

const SCRIPT = join(import.meta.dirname, '..', '..', 'tools', 'samples.ts');
const OUTPUT_BYTES_MAX = 2 ** 24;
const hasCurl = (await findCurl()) !== undefined;

if (!hasCurl) test('the samples of the documents', { skip: 'there is no curl on this machine' }, () => {});
else
  describe('the samples of the documents', () => {
    let app: TestApp;
    let shortApiKey: string;
    before(async () => {
      app = await startApp();
      ({ apiKey: shortApiKey } = await anotherAccount(app, { paise: 250_50n }));
    });
    after(() => app.close());

    const script = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
      new Promise<{ status: unknown; stdout: string; stderr: string }>((resolve) => {
        const options = { env: { ...process.env, ...env }, maxBuffer: OUTPUT_BYTES_MAX };
        execFile(process.execPath, [SCRIPT, ...args], options, (error, stdout, stderr) =>
          resolve({ status: error ? error.code : 0, stdout, stderr }),
        );
      });
    /** What its commands need to find the same database. */
    const installation = () => ({
      TOPRAIL_DATABASE_URL: app.db.appUrl,
      TOPRAIL_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    });

    for (const dialect of DIALECTS) {
      test(dialect, async () => {
        const values = { ...valuesOf(app.credentials), shortApiKey };
        const samples = readSamples(dialect);
        assert.ok(samples.length >= 3);
        let sent = 0;
        for await (const { sample, shown, received, wrong } of runSamples(app.url, samples, values)) {
          assert.deepEqual(wrong, [], `${sample.name}: ${JSON.stringify(received)}`);
          assert.ok(shown);
          const printed = requestArguments(shown).join(' ');
          for (const secret of [app.credentials.client.secret, app.credentials.apiKey, shortApiKey])
            assert.ok(!printed.includes(secret), `${sample.name} shows a secret`);
          sent += 1;
        }
        assert.equal(sent, samples.length);
      });
    }

    test('an answer that is not as it should be is a complaint, and what needed it is not sent', async () => {
      const [first, ...others] = readSamples('octopus');
      assert.ok(first);
      const values = { ...valuesOf(app.credentials), clientSecret: 'wrong' };
      const outcomes = [];
      for await (const outcome of runSamples(app.url, [first, ...others], values)) outcomes.push(outcome);
      assert.equal(outcomes[0]?.wrong[0], 'the status is 401 instead of 200');
      assert.deepEqual(outcomes[1]?.wrong, ['not sent: nothing is known as {{token}}']);
      assert.ok(outcomes.every(({ wrong }) => wrong.length > 0));
    });

    test('the script shows requests and answers, and ends with 0; again, with the same account', async () => {
      for (let run = 0; run < 2; run++) {
        const { status, stdout, stderr } = await script(['--data-dir', app.config.dataDir], installation());
        assert.equal(status, 0, stdout.slice(-2000) + stderr);
        assert.match(stdout, /\n── a1topup: a recharge\ncurl --request POST http:/);
        assert.match(stdout, /"transaction_id": "TXN\d+"/);
        assert.match(stdout, /\nsamples {2}(\d+) of \1 are answered as they should be\n$/);
        assert.ok(!stdout.includes(app.credentials.apiKey));
      }
      const short = await app.rows(
        `select w.posted::text, count(c.revoked_at)::int as revoked, count(*)::int as made
       from accounts a join wallets w on w.account_id = a.id join clients c on c.account_id = a.id
       where a.name like 'Samples%' group by a.id, w.posted`,
      );
      assert.deepEqual(short, [{ posted: '25050', revoked: 2, made: 2 }]);
    });

    test('the script ends with 1 when answers are not as they should be, and names them', async () => {
      const dataDir = await mkdtemp(join(tmpdir(), 'toprail-samples-'));
      const { id } = app.credentials.client;
      const sandbox = { ...app.credentials, baseUrl: app.url, client: { id, secret: 'wrong' } };
      await writeFile(join(dataDir, 'sandbox.json'), JSON.stringify(sandbox));
      const { status, stdout } = await script(['--data-dir', dataDir], installation());
      await rm(dataDir, { recursive: true });
      assert.equal(status, 1);
      assert.match(stdout, / {3}NOT AS IT SHOULD BE: the status is 401 instead of 200\n/);
      assert.match(stdout, /\nFAILED {3}octopus: log in\n/);
      assert.doesNotMatch(stdout, /FAILED {3}a1topup/);
    });

    test('the script ends with 1 and one line when it cannot begin', async () => {
      const here = ['--data-dir', app.config.dataDir];
      // Nobody listens on the discard port.
      const silent = await script([...here, '--url', 'http://127.0.0.1:9']);
      assert.equal(silent.status, 1);
      assert.match(silent.stderr, /^samples {2}http:\/\/127\.0\.0\.1:9 does not answer: curl: .+\n$/);
      const lost = await script(['--data-dir', '/nowhere']);
      assert.equal(lost.status, 1);
      assert.match(lost.stderr, /^samples {2}\/nowhere\/sandbox\.json cannot be read: .+\n$/);
      const bare = await script(here, { PATH: '/nowhere' });
      assert.equal(bare.status, 1);
      assert.match(bare.stderr, /^samples {2}curl is missing: .+\n$/);
    });
  });

describe('what is expected of an answer', () => {
  const sample: Sample = {
    name: 'any',
    method: 'GET',
    path: '/',
    headers: {},
    expect: { status: 200, fields: {} },
  };
  const body = { id: 7, list: [{ kind: 'a' }, { kind: 'b', price: '2.00' }], none: null };
  const ROWS: [path: string, wanted: Sample['expect']['fields'][string], agrees: boolean][] = [
    ['id', 7, true],
    ['id', '7', false],
    ['id', { matches: '^7$' }, true],
    ['id', { matches: '^8$' }, false],
    ['none', null, true],
    ['none', { matches: '' }, false],
    ['missing', null, false],
    ['missing.deeper', { matches: '.' }, false],
    ['list.1.price', '2.00', true],
    ['list.length', 2, true],
    ['kind=b.price', '2.00', false],
    ['list.kind=b.price', '2.00', true],
    ['list.kind=c.price', '2.00', false],
    ['list.0', { kind: 'a' }, true],
    ['', body, true],
    ['', { ...body, id: 8 }, false],
  ];
  for (const [path, wanted, agrees] of ROWS) {
    test(`${path || 'the answer'} ${agrees ? 'is' : 'is not'} ${JSON.stringify(wanted)}`, () => {
      const found = complaints(
        { ...sample, expect: { status: 200, fields: { [path]: wanted } } },
        { status: 200, body },
      );
      assert.equal(found.length, agrees ? 0 : 1, found.join());
    });
  }

  test('names are filled in everywhere, and an unknown one is named', () => {
    const filled = fill({ a: ['{{x}}-{{x}}', 1], b: { c: null } }, { x: 'y' });
    assert.deepEqual(filled, { a: ['y-y', 1], b: { c: null } });
    assert.throws(() => fill('{{other}}', { x: 'y' }), /\{\{other\}\}/);
  });
});
