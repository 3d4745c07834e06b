/** Accounts with clients and money, and settings that running servers have heard of. */
import assert from 'node:assert/strict';
import type { AccountId, WalletId } from '../../src/core/ids.ts';
import { createAccount } from '../../src/identity/accounts.ts';
import { createClient } from '../../src/identity/credentials.ts';
import type { Scope } from '../../src/identity/scopes.ts';
import { fundWallet, openWallet } from '../../src/wallet/fund-wallet.ts';
import { eventually, type TestApp } from './app.ts';

export interface MadeAccount {
  readonly accountId: AccountId;
  readonly apiKey: string;
  /** Of whoever asks with the key as a bearer. */
  readonly headers: { readonly authorization: string };
  readonly client: { readonly id: string; readonly secret: string };
  /** By currency. */
  readonly wallets: Readonly<Record<string, WalletId>>;
}

/** `funds`: a wallet for each currency, with that many minor units. */
export async function makeAccount(
  app: TestApp,
  made: {
    readonly plan?: string;
    readonly parentId?: AccountId;
    readonly environment?: 'sandbox' | 'live';
    readonly funds?: Readonly<Record<string, bigint>>;
    /** Of its client; everything unless given. */
    readonly scopes?: readonly Scope[];
  } = {},
): Promise<MadeAccount> {
  const { database, vault, mint } = app.app.services.engine;
  const accountId = await createAccount(database, {
    name: 'made',
    environment: made.environment ?? 'sandbox',
    plan: made.plan ?? 'starter',
    parentId: made.parentId,
  });
  const { id, secret, apiKey } = await createClient(database, {
    accountId,
    name: 'api',
    ...(made.scopes && { scopes: made.scopes }),
  });
  const wallets: Record<string, WalletId> = {};
  for (const [currency, amount] of Object.entries(made.funds ?? {})) {
    const { id: walletId } = await openWallet(database, { accountId, currency });
    wallets[currency] = walletId;
    if (amount === 0n) continue;
    const funded = await fundWallet(
      { database, vault, mint },
      { accountId, walletId, amount, key: currency, reason: 'test', actor: 'test' },
    );
    assert.equal(funded.kind, 'funded');
  }
  const headers = { authorization: `Bearer ${apiKey}` };
  return { accountId, apiKey, headers, client: { id, secret }, wallets };
}

/** What a client of OAuth asks for; a reloadly bearer token is given for it. */
export function grantOf({ id, secret }: MadeAccount['client']) {
  return { client_id: id, client_secret: secret, grant_type: 'client_credentials' } as const;
}

/** Headers with a new token of a client; `asked` is more to ask for, a scope. */
export async function bearerOf(
  app: TestApp,
  client: MadeAccount['client'],
  asked: { readonly scope?: string } = {},
): Promise<{ readonly authorization: string }> {
  const { status, body } = await app.request('POST', '/oauth/token', {
    body: { ...grantOf(client), ...asked },
  });
  assert.equal(status, 200, JSON.stringify(body));
  return { authorization: `Bearer ${body.access_token}` };
}

/** Runs a change of settings, tells the server as a command would, and waits until it has read them. */
export async function withSettings<T>(app: TestApp, change: () => Promise<T>): Promise<T> {
  const { engine } = app.app.services;
  const result = await change();
  // The first load that is seen may have begun before the change; the one after it cannot.
  for (let load = 1; load <= 2; load++) {
    const before = engine.market();
    await app.rows("select pg_notify('toprail_settings', '')");
    await eventually(() => assert.notEqual(engine.market(), before));
  }
  return result;
}
