/** A client of the native API that holds every answer against the published document. */
import assert from 'node:assert/strict';
import type { AccountId } from '../../../src/core/ids.ts';
import { createAccount } from '../../../src/identity/accounts.ts';
import { createClient } from '../../../src/identity/credentials.ts';
import type { Scope } from '../../../src/identity/scopes.ts';
import { fundWallet, openWallet } from '../../../src/wallet/fund-wallet.ts';
import type { Answer, RequestOptions, TestApp } from '../../harness/app.ts';
import { assertDeclared } from './published.ts';

export type Ask = (method: string, path: string, options?: RequestOptions) => Promise<Answer>;

/** Asks with the sandbox account's API key unless told otherwise. */
export function nativeClient(app: TestApp): Ask {
  return async (method, path, options = {}) => {
    const answer = await app.request(method, path, { as: 'native', ...options });
    assertDeclared(method, path, answer);
    return answer;
  };
}

let references = 0;

/** A good order: 15 USD to Haiti. */
export function orderBody(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  references += 1;
  return {
    reference: `order-${references}`,
    product: 173,
    recipient: { phone: '+50936377111' },
    amount: { value: '15.00', currency: 'USD' },
    ...changes,
  };
}

/** Another account with its own client and, when funded, a wallet in dollars. Asks with its API key. */
export async function anotherAccount(
  app: TestApp,
  { cents = 0n, scopes }: { readonly cents?: bigint; readonly scopes?: readonly Scope[] } = {},
): Promise<{ readonly ask: Ask; readonly accountId: AccountId; readonly wallet: string }> {
  const { database, vault, mint } = app.app.services.engine;
  const accountId = await createAccount(database, {
    name: 'another',
    environment: 'sandbox',
    plan: 'starter',
    parentId: undefined,
  });
  const client = await createClient(database, { accountId, name: 'api', ...(scopes ? { scopes } : {}) });
  const wallet = await openWallet(database, { accountId, currency: 'USD' });
  if (cents > 0n) {
    const funded = await fundWallet(
      { database, vault, mint },
      { accountId, walletId: wallet.id, amount: cents, key: 'first', reason: 'test', actor: 'test' },
    );
    assert.equal(funded.kind, 'funded');
  }
  const ask = nativeClient(app);
  return {
    accountId,
    wallet: `wal_${wallet.id}`,
    ask: (method, path, options = {}) =>
      ask(method, path, {
        ...options,
        as: 'nobody',
        headers: { authorization: `Bearer ${client.apiKey}`, ...options.headers },
      }),
  };
}
