/** A client of the native API that holds every answer against the published document. */
import type { AccountId } from '../../../src/core/ids.ts';
import type { Scope } from '../../../src/identity/scopes.ts';
import { makeAccount } from '../../harness/accounts.ts';
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

/** Another account with its own client and a wallet in dollars. Asks with its API key. */
export async function anotherAccount(
  app: TestApp,
  { cents = 0n, scopes }: { readonly cents?: bigint; readonly scopes?: readonly Scope[] } = {},
): Promise<{ readonly ask: Ask; readonly accountId: AccountId; readonly wallet: string }> {
  const { accountId, headers, wallets } = await makeAccount(app, {
    funds: { USD: cents },
    ...(scopes && { scopes }),
  });
  const ask = nativeClient(app);
  return {
    accountId,
    wallet: `wal_${wallets['USD']}`,
    ask: (method, path, options = {}) =>
      ask(method, path, { ...options, as: 'nobody', headers: { ...headers, ...options.headers } }),
  };
}
