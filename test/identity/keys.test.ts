import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ensureKeys } from '../../src/identity/keys.ts';
import { findMasterKey, KeyFault, parseMasterKey } from '../../src/identity/master-key.ts';
import { createDatabase, type Database } from '../../src/platform/postgres.ts';
import { cloneDatabase, type TestDatabase } from '../harness/database.ts';

describe('keys', () => {
  let clone: TestDatabase;
  let database: Database;
  let dataDir: string;
  before(async () => {
    clone = await cloneDatabase();
    database = createDatabase({ url: clone.appUrl, poolMax: 8, applicationName: 'keys test' });
    dataDir = await mkdtemp(join(tmpdir(), 'toprail-keys-'));
  });
  after(async () => {
    await database.end();
    await clone.drop();
    await rm(dataDir, { recursive: true });
  });

  const masterKey = randomBytes(32);

  test('processes that start together make one data key and one signing key', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => ensureKeys(database, masterKey)));
    const [first] = all;
    assert(first);
    const sealed = first.vault.seal('+50936377111', 'recipient');
    for (const keys of all) {
      assert.equal(keys.vault.open(sealed, 'recipient'), '+50936377111');
      assert.equal(keys.signing.kid, first.signing.kid);
      assert.deepEqual(keys.jwks(), first.jwks());
    }
    const again = await ensureKeys(database, masterKey);
    assert.equal(again.signing.kid, first.signing.kid);
    const { rows } = await database.query<{ purpose: string }>(
      'select purpose from toprail.read_keys() order by purpose',
    );
    assert.deepEqual(
      rows.map(({ purpose }) => purpose),
      ['data', 'signing'],
    );
  });

  test('another master key is told in one line', async () => {
    await ensureKeys(database, masterKey);
    await assert.rejects(
      ensureKeys(database, randomBytes(32)),
      (error) =>
        error instanceof KeyFault &&
        /master key .* is not the one/.test(error.message) &&
        !error.message.includes('\n'),
    );
  });

  test('the private key never lies open in the database', async () => {
    const { signing } = await ensureKeys(database, masterKey);
    const { d = '' } = signing.privateKey.export({ format: 'jwk' });
    assert.ok(d.length > 40);
    const { rows } = await database.query<{ row: string }>(
      "select encode(sealed, 'escape') || public_jwk::text as row from toprail.read_keys()",
    );
    assert.ok(rows.every(({ row }) => row === null || !row.includes(d)));
  });

  test('the embedded master key is made once, closed to others, by whoever comes first', async () => {
    const place = { given: undefined, dataDir, database: 'embedded' } as const;
    const keys = await Promise.all(Array.from({ length: 8 }, () => findMasterKey(place)));
    assert.ok(keys.every((key) => key.length === 32 && keys[0]?.equals(key)));
    assert.deepEqual(await readdir(dataDir), ['master.key']);
    const path = join(dataDir, 'master.key');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(parseMasterKey((await readFile(path, 'utf8')).trim()), keys[0]);
    const given = randomBytes(32);
    assert.equal(await findMasterKey({ ...place, given }), given);
    await writeFile(path, 'torn');
    await assert.rejects(findMasterKey(place), /master\.key must hold 32 bytes/);
  });

  test("a database of the user's without a key stops the start", async () => {
    await assert.rejects(
      findMasterKey({ given: undefined, dataDir, database: 'own' }),
      (error) => error instanceof KeyFault && error.message.startsWith('TOPRAIL_MASTER_KEY must be set'),
    );
  });

  test('a key is 32 bytes, in base64 of either alphabet or hex', () => {
    const key = Buffer.alloc(32, 0xfb);
    for (const text of [key.toString('hex'), key.toString('base64'), key.toString('base64url')]) {
      assert.deepEqual(parseMasterKey(text), key);
    }
    for (const text of [
      '',
      'short',
      'a'.repeat(42),
      'a'.repeat(65),
      `${key.toString('base64')}x`,
      ' '.repeat(43),
    ]) {
      assert.equal(parseMasterKey(text), undefined, text);
    }
  });
});
