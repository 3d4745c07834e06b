/** Commands without a database of the user's: they start the embedded one, share it, and stop it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { findRunning } from '../../src/platform/embedded/cluster.ts';
import { removeInstallation } from '../harness/remove-installation.ts';

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli.ts');

test('two commands at once on a fresh data directory share one database, which stops with the last', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'toprail-embedded-cli-'));
  t.after(() => removeInstallation(directory));
  const dataDir = join(directory, 'data');
  const json = async (line: string) => {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [CLI, ...line.split(' '), '--json'],
      { env: { PATH: process.env['PATH'], TOPRAIL_DATA_DIR: dataDir } },
    );
    assert.equal(stderr, '');
    return JSON.parse(stdout) as { id: string; data: { id: string }[] };
  };
  const create = (name: string) => json(`account create --name ${name} --environment live --plan gold`);
  const made = await Promise.all([create('One'), create('Two')]);
  const { data } = await json('account list');
  assert.deepEqual(data.map(({ id }) => id).sort(), made.map(({ id }) => id).sort());
  const [first] = made;
  assert.ok((await json(`client create --account ${first.id} --name shop`)).id.startsWith('cl_'));
  assert.equal(await findRunning(dataDir), undefined);
});
