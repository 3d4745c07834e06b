/** Accounts with clients and money, and settings that running servers have heard of. */
import assert from 'node:assert/strict';
import type { AccountId } from '../../src/core/ids.ts';
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
}

/** `funds`: minor units by currency. */
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
  for (const [currency, amount] of Object.entries(made.funds ?? {})) {
    const wallet = await openWallet(database, { accountId, currency });
    const funded = await fundWallet(
      { database, vault, mint },
      { accountId, walletId: wallet.id, amount, key: currency, reason: 'test', actor: 'test' },
    );
    assert.equal(funded.kind, 'funded');
  }
  const headers = { authorization: `Bearer ${apiKey}` };
  return { accountId, apiKey, headers, client: { id, secret } };
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
