/**
 * Reloadly's official SDK against this switch: the mocha tests that ship inside its packages, files untouched. It is
 * pointed here by HTTPS_PROXY alone, as a reseller would do it, and told its credentials by the variables that the
 * tests read.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startApp, type TestApp } from '../harness/app.ts';

const VERSION = '1.0.6';
const PACKAGES = ['@reloadly/reloadly.authentication', '@reloadly/reloadly.airtime'];
const TESTS_EXPECTED = 18;
/** The tests themselves know no end. */
const RUN_MS_MAX = 120_000;

const require = createRequire(import.meta.url);

interface Report {
  readonly stats: { readonly passes: number; readonly failures: number; readonly pending: number };
  readonly tests: readonly { readonly fullTitle: string; readonly err: { readonly message?: string } }[];
}

describe('the official SDK', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  test(`passes its own ${TESTS_EXPECTED} tests`, { timeout: RUN_MS_MAX }, async () => {
    const files = (await Promise.all(PACKAGES.map(testFiles))).flat();
    const report = await runMocha(files, {
      HTTPS_PROXY: app.url,
      CLIENT_ID: app.credentials.client.id,
      CLIENT_SECRET: app.credentials.client.secret,
    });
    const failed = report.tests.filter(({ err }) => err.message !== undefined);
    assert.deepEqual(failed, []);
    assert.deepEqual(report.stats, { ...report.stats, passes: TESTS_EXPECTED, failures: 0, pending: 0 });
  });

  test('its top-up is in the books', async () => {
    const { body } = await app.request('GET', '/topups/reports/transactions', { as: 'reloadly' });
    assert.equal(body.totalElements, 1);
    const [transaction] = body.content;
    assert.deepEqual(
      [
        transaction.status,
        transaction.recipientPhone,
        transaction.deliveredAmount,
        transaction.deliveredAmountCurrencyCode,
      ],
      ['SUCCESSFUL', '447772235236', 10, 'GBP'],
    );
    assert.equal(
      app.journal(transaction.transactionId).filter(({ event }) => event === 'delivered').length,
      1,
    );
  });
});

/** The SDK's order: top-ups before the history that shows them. */
async function testFiles(name: string): Promise<string[]> {
  const manifest = require.resolve(`${name}/package.json`);
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  assert.equal(version, VERSION, name);
  const directory = join(dirname(manifest), 'test');
  const files = (await readdir(directory)).filter((file) => file.endsWith('Tests.js')).sort();
  return files.map((file) => join(directory, file));
}

async function runMocha(files: readonly string[], environment: Record<string, string>): Promise<Report> {
  const mocha = join(dirname(require.resolve('mocha/package.json')), 'bin', 'mocha.js');
  const hook = join(import.meta.dirname, 'require-core.cjs');
  // Of the surroundings only what a process needs: no other proxy settings, no .env of the working directory.
  const child = spawn(
    process.execPath,
    [mocha, '--no-config', '--no-package', '--exit', '--reporter', 'json', '--require', hook, ...files],
    {
      cwd: tmpdir(),
      env: { PATH: process.env['PATH'] ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => output.push(part));
  child.stderr.on('data', (part: Buffer) => errors.push(part));
  const stop = setTimeout(() => child.kill('SIGKILL'), RUN_MS_MAX - 5_000);
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve());
  });
  clearTimeout(stop);
  const text = Buffer.concat(output).toString();
  const start = text.indexOf('{');
  assert.ok(start >= 0, `mocha has not reported: ${text}${Buffer.concat(errors).toString()}`);
  return JSON.parse(text.slice(start)) as Report;
}
