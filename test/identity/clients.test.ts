import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ClientDirectory } from '../../src/identity/clients.ts';
import { createClient, revokeClient, rotateClient } from '../../src/identity/credentials.ts';
import type { Database } from '../../src/platform/postgres.ts';
import { type Identity, startIdentity } from './kit.ts';

const HOUR_MS = 60 * 60 * 1_000;
describe('clients', () => {
  let identity: Identity;
  before(async () => {
    identity = await startIdentity();
  });
  after(() => identity.end());

  const INVALID = { kind: 'refused', code: 'invalid_credentials' };

  /** As another process sees it, that remembers nothing. */
  function fresh(): ClientDirectory {
    return new ClientDirectory(identity.database, identity.clock);
  }

  test('the secret and the API key open the door, and nothing else does', async () => {
    const client = await identity.newClient();
    const { directory } = identity;
    const byKey = await directory.byApiKey(client.apiKey);
    const bySecret = await directory.bySecret({ clientId: client.id, clientSecret: client.secret });
    assert(byKey.kind === 'admitted');
    assert.deepEqual(byKey, bySecret);
    assert.equal(byKey.caller.accountId, client.accountId);
    assert.deepEqual(await directory.byApiKey(client.secret), INVALID);
    assert.deepEqual(await directory.byApiKey(''), INVALID);
    assert.deepEqual(await directory.bySecret({ clientId: client.id, clientSecret: client.apiKey }), INVALID);
    assert.deepEqual(
      await directory.bySecret({ clientId: client.apiKey, clientSecret: client.secret }),
      INVALID,
    );
  });

  test('neither secret nor API key lies in the database', async () => {
    const client = await identity.newClient();
    const { rows } = await identity.superuser.query<{ row: string }>(
      'select c::text as row from toprail.clients c where id = $1',
      [client.id],
    );
    const row = rows[0]?.row ?? '';
    assert.ok(row.includes(client.id));
    for (const secret of [client.secret, client.apiKey]) {
      assert.ok(!row.includes(secret));
      assert.ok(!row.includes(Buffer.from(secret).toString('hex')));
    }
  });

  test('a rotated secret: the new one works at once, the former one until its grace ends', async () => {
    const client = await identity.newClient();
    const graceSeconds = 3_600;
    const rotated = await rotateClient(identity.database, { id: client.id, graceSeconds, apiKey: 'keep' });
    assert(rotated);
    assert.equal(rotated.apiKey, undefined);
    const login = async (clientSecret: string) =>
      (await fresh().bySecret({ clientId: client.id, clientSecret })).kind;
    assert.deepEqual([await login(client.secret), await login(rotated.secret)], ['admitted', 'admitted']);
    await identity.advance(HOUR_MS - 5_000);
    assert.equal(await login(client.secret), 'admitted');
    await identity.advance(10_000);
    assert.deepEqual([await login(client.secret), await login(rotated.secret)], ['refused', 'admitted']);
    assert.equal((await fresh().byApiKey(client.apiKey)).kind, 'admitted');

    const again = await rotateClient(identity.database, {
      id: client.id,
      graceSeconds: 0,
      apiKey: 'replace',
    });
    assert(again?.apiKey);
    assert.deepEqual([await login(rotated.secret), await login(again.secret)], ['refused', 'admitted']);
    assert.deepEqual(await fresh().byApiKey(client.apiKey), INVALID);
    assert.equal((await fresh().byApiKey(again.apiKey)).kind, 'admitted');
  });

  test('a revoked client is out everywhere within ten seconds, and cannot be rotated back', async () => {
    const client = await identity.newClient();
    const login = () => identity.directory.byApiKey(client.apiKey);
    assert.equal((await login()).kind, 'admitted');
    assert.equal(await revokeClient(identity.database, client.id), 'revoked');
    assert.equal(await revokeClient(identity.database, client.id), 'revoked');
    assert.equal((await login()).kind, 'admitted');
    await identity.advance(10_000);
    assert.deepEqual(await login(), INVALID);
    const rotation = { id: client.id, graceSeconds: 0, apiKey: 'replace' } as const;
    assert.equal(await rotateClient(identity.database, rotation), undefined);
    assert.equal(await revokeClient(identity.database, 'cl_nobody'), 'unknown');
  });

  test('a new client is seen at once when the directory was told to forget, even if it was asked for before', async () => {
    const { accountId, id, secret } = await identity.newClient();
    await identity.superuser.query('update toprail.clients set revoked_at = now() where id = $1', [id]);
    const login = () => identity.directory.bySecret({ clientId: id, clientSecret: secret });
    assert.deepEqual(await login(), INVALID);
    await identity.superuser.query('update toprail.clients set revoked_at = null where id = $1', [id]);
    assert.deepEqual(await login(), INVALID);
    identity.directory.forget();
    const admission = await login();
    assert.equal(admission.kind === 'admitted' && admission.caller.accountId, accountId);
  });

  test('those who ask at once share one question; a failed question is asked again', async () => {
    const client = await identity.newClient();
    let asked = 0;
    let broken = true;
    const counting: Database = {
      ...identity.database,
      query: (...args: Parameters<Database['query']>) => {
        asked += 1;
        return broken ? Promise.reject(new Error('gone')) : identity.database.query(...args);
      },
    } as Database; // the counted method has the type of the one it wraps
    const directory = new ClientDirectory(counting, identity.clock);
    await assert.rejects(directory.byId(client.id), /gone/);
    broken = false;
    const admissions = await Promise.all(Array.from({ length: 50 }, () => directory.byId(client.id)));
    assert.ok(admissions.every(({ kind }) => kind === 'admitted'));
    assert.equal(asked, 2);
  });

  test('a client of an account that does not exist cannot be made', async () => {
    await assert.rejects(
      createClient(identity.database, { accountId: 999_999n, name: 'x' }),
      /there is no account acc_999999/,
    );
  });
});
