import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { Admission, Caller } from '../../src/identity/clients.ts';
import { createClient, revokeClient } from '../../src/identity/credentials.ts';
import { type GrantRequest, grantClientCredentials } from '../../src/identity/grant.ts';
import { ALL_SCOPES } from '../../src/identity/scopes.ts';
import { createTokens } from '../../src/identity/tokens.ts';
import { type Identity, ISSUER, startIdentity } from './kit.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
function admitted(admission: Admission): Caller {
  assert.equal(admission.kind, 'admitted');
  assert(admission.kind === 'admitted');
  return admission.caller;
}

const refused = (code: string) => ({ kind: 'refused', code });

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('tokens', () => {
  let identity: Identity;
  before(async () => {
    identity = await startIdentity();
  });
  after(() => identity.end());

  async function newToken(environment: 'sandbox' | 'live' = 'sandbox') {
    const client = await identity.newClient(environment);
    const caller = admitted(await identity.directory.byId(client.id));
    return { client, caller, ...(await identity.tokens.issue(caller)) };
  }

  test('a token has the shape of RFC 9068, and the published key set verifies it', async () => {
    const { client, token, scope, expiresInSeconds } = await newToken();
    assert.equal(expiresInSeconds, 86_400);
    assert.equal(scope, ALL_SCOPES.join(' '));
    const kid = identity.keys.signing.kid;
    assert.deepEqual(decodeProtectedHeader(token), { alg: 'EdDSA', typ: 'at+jwt', kid });
    const claims = decodeJwt(token);
    assert.deepEqual(Object.keys(claims).sort(), [
      'account',
      'aud',
      'client_id',
      'environment',
      'exp',
      'iat',
      'iss',
      'jti',
      'scope',
      'sub',
    ]);
    assert.equal(claims.iss, ISSUER);
    assert.equal(claims.sub, client.id);
    assert.equal(claims['client_id'], client.id);
    assert.equal(claims['account'], `acc_${client.accountId}`);
    assert.equal(claims['environment'], 'sandbox');
    assert.deepEqual(claims.aud, ['https://topups-sandbox.reloadly.com', ISSUER]);
    assert.equal((claims.exp ?? 0) - (claims.iat ?? 0), 86_400);

    const published = createLocalJWKSet({ keys: identity.keys.jwks().keys.map((key) => ({ ...key })) });
    const { payload } = await jwtVerify(token, published, { audience: ISSUER, typ: 'at+jwt' });
    assert.equal(payload.sub, client.id);
    assert.deepEqual(Object.keys(identity.keys.jwks().keys[0] ?? {}).sort(), [
      'alg',
      'crv',
      'kid',
      'kty',
      'use',
      'x',
    ]);
  });

  test('two tokens are never the same', async () => {
    const { caller, token } = await newToken();
    assert.notEqual((await identity.tokens.issue(caller)).token, token);
  });

  test('verifying gives the caller, from the cache too', async () => {
    const { client, token } = await newToken('live');
    for (let round = 0; round < 2; round += 1) {
      const caller = admitted(await identity.tokens.verify(token));
      assert.equal(caller.clientId, client.id);
      assert.equal(caller.accountId, client.accountId);
      assert.equal(caller.environment, 'live');
      assert.equal(caller.plan, 'gold');
      assert.equal(caller.accountStatus, 'active');
    }
  });

  test('a token ends after a day, in the cache and outside of it', async () => {
    const { token } = await newToken();
    admitted(await identity.tokens.verify(token));
    await identity.advance(DAY_MS - 2_000);
    admitted(await identity.tokens.verify(token));
    await identity.advance(3_000);
    assert.deepEqual(await identity.tokens.verify(token), refused('token_expired'));
    const { keys, directory, clock } = identity;
    const another = createTokens({ keys, directory, clock, issuer: ISSUER });
    assert.deepEqual(await another.verify(token), refused('token_expired'));
  });

  test('the audience of the other environment is refused', async () => {
    const { token } = await newToken('sandbox');
    const live = 'https://topups.reloadly.com';
    assert.deepEqual(await identity.tokens.verify(token, { audience: live }), refused('invalid_credentials'));
    admitted(await identity.tokens.verify(token, { audience: 'https://topups-sandbox.reloadly.com' }));
  });

  test('what we did not sign is refused: tampered, unsigned, of another key, of another type', async () => {
    const { token, caller } = await newToken();
    const [head = '', body = '', signature = ''] = token.split('.');
    const claims = decodeJwt(token);
    const richer = encode({ ...claims, account: 'acc_1', environment: 'live' });
    const { kid } = identity.keys.signing;
    const stranger = await generateKeyPair('EdDSA', { extractable: true });
    const sign = (
      header: { alg: string; typ: string; kid: string },
      key = identity.keys.signing.privateKey as never,
    ) => new SignJWT(claims).setProtectedHeader(header).sign(key);
    const flipped = signature.startsWith('A') ? 'B' : 'A';
    const forgeries = [
      '',
      'abc',
      'a.b.c',
      `${head}.${richer}.${signature}`,
      `${head}.${body}.${flipped}${signature.slice(1)}`,
      `${head}.${body}.`,
      `${encode({ alg: 'none', typ: 'at+jwt', kid })}.${body}.`,
      `${encode({ alg: 'HS256', typ: 'at+jwt', kid })}.${body}.${signature}`,
      await sign({ alg: 'EdDSA', typ: 'JWT', kid }),
      await sign({ alg: 'EdDSA', typ: 'at+jwt', kid }, stranger.privateKey as never),
      await sign({ alg: 'EdDSA', typ: 'at+jwt', kid: 'unknown' }),
      `${token}${'x'.repeat(5_000)}`,
    ];
    assert.ok((await exportJWK(stranger.privateKey)).d);
    for (const forgery of forgeries) {
      assert.deepEqual(
        await identity.tokens.verify(forgery),
        refused('invalid_credentials'),
        forgery.slice(0, 60),
      );
    }
    const other = createTokens({ ...identity, issuer: 'elsewhere' });
    const { token: foreign } = await other.issue(caller);
    assert.deepEqual(await identity.tokens.verify(foreign), refused('invalid_credentials'));
  });

  test('a revoked client has ten seconds, a suspended account may read, a closed one nothing', async () => {
    const { client, token } = await newToken();
    admitted(await identity.tokens.verify(token));
    await revokeClient(identity.database, client.id);
    admitted(await identity.tokens.verify(token));
    await identity.advance(10_000);
    assert.deepEqual(await identity.tokens.verify(token), refused('invalid_credentials'));

    const second = await newToken();
    const become = async (status: string) => {
      await identity.superuser.query('update toprail.accounts set status = $1 where id = $2', [
        status,
        second.client.accountId,
      ]);
      identity.directory.forget();
    };
    await become('suspended');
    assert.equal(admitted(await identity.tokens.verify(second.token)).accountStatus, 'suspended');
    await become('closed');
    assert.deepEqual(await identity.tokens.verify(second.token), refused('account_inactive'));
  });

  test('a token never has more scopes than its client', async () => {
    const { accountId } = await identity.newClient();
    const { id } = await createClient(identity.database, {
      accountId,
      name: 'reader',
      scopes: ['orders:read'],
    });
    const caller = admitted(await identity.directory.byId(id));
    const { token, scope } = await identity.tokens.issue(caller);
    assert.equal(scope, 'orders:read');
    assert.deepEqual(admitted(await identity.tokens.verify(token)).scopes, ['orders:read']);
    const { token: greedy } = await identity.tokens.issue(caller, {
      scopes: ['orders:read', 'orders:write'],
    });
    assert.deepEqual(admitted(await identity.tokens.verify(greedy)).scopes, ['orders:read']);
  });

  test('client credentials: refusals in the order of the error codes', async () => {
    const client = await identity.newClient('sandbox');
    const good: GrantRequest = {
      clientId: client.id,
      clientSecret: client.secret,
      grantType: 'client_credentials',
      audience: undefined,
      scope: undefined,
    };
    const live = 'https://topups.reloadly.com';
    const rows: readonly [Partial<GrantRequest>, string][] = [
      [{ clientId: undefined }, 'unauthenticated'],
      [{ clientSecret: '' }, 'unauthenticated'],
      [{ clientSecret: client.apiKey, audience: 'nonsense' }, 'invalid_credentials'],
      [{ clientId: 'cl_unknown_unknown' }, 'invalid_credentials'],
      [{ clientSecret: 'x'.repeat(10_000) }, 'invalid_credentials'],
      [{ audience: live }, 'invalid_credentials'],
      [{ audience: 'nonsense', grantType: 'password' }, 'invalid_audience'],
      [{ grantType: 'password' }, 'invalid_request'],
      [{ grantType: undefined }, 'invalid_request'],
      [{ scope: 'rule-the-world' }, 'invalid_request'],
    ];
    for (const [change, code] of rows) {
      const grant = await grantClientCredentials(identity, { ...good, ...change });
      assert.equal(grant.kind === 'refused' && grant.code, code, JSON.stringify(change));
    }
    const grant = await grantClientCredentials(identity, { ...good, scope: 'send-topups read-operators' });
    assert(grant.kind === 'granted');
    assert.equal(grant.scope, 'send-topups read-operators');
    assert.equal(admitted(await identity.tokens.verify(grant.token)).clientId, client.id);
  });
});
