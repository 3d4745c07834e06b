/** A client of the Octopus dialect: logs in once, and knows the one shape of an error. */
import assert from 'node:assert/strict';
import { createAccount } from '../../../src/identity/accounts.ts';
import { createClient } from '../../../src/identity/credentials.ts';
import type { Scope } from '../../../src/identity/scopes.ts';
import { fundWallet, openWallet } from '../../../src/wallet/fund-wallet.ts';
import { type Answer, eventually, type TestApp } from '../../harness/app.ts';

export const TOPUPS = '/api/v1/topups';

export interface Asked {
  readonly body?: unknown;
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OctopusClient {
  readonly headers: { readonly authorization: string };
  /** A path below `/api/v1/topups`. */
  ask(method: string, path: string, asked?: Asked): Promise<Answer>;
}

export async function logIn(
  app: TestApp,
  { id, secret }: { id: string; secret: string } = app.credentials.client,
): Promise<OctopusClient> {
  const { status, body } = await app.request('POST', '/auth/login', {
    body: { username: id, password: secret },
  });
  assert.equal(status, 200, JSON.stringify(body));
  const headers = { authorization: `Bearer ${body.data.access_token}` };
  return {
    headers,
    ask: (method, path, asked = {}) =>
      app.request(method, TOPUPS + path, { ...asked, headers: { ...headers, ...asked.headers } }),
  };
}

/** Another account, with this money, and its first client. */
export async function openAccount(
  app: TestApp,
  money: readonly { currency: string; amount: bigint }[],
  scopes?: readonly Scope[],
) {
  const { engine } = app.app.services;
  const [row] = await app.rows<{ plan: string }>('select plan from accounts limit 1');
  const accountId = await createAccount(engine.database, {
    name: 'Another',
    environment: 'sandbox',
    plan: row?.plan ?? '',
    parentId: undefined,
  });
  for (const { currency, amount } of money) {
    const { id: walletId } = await openWallet(engine.database, { accountId, currency });
    const key = `opening-${accountId}-${currency}`;
    await fundWallet(engine, { accountId, walletId, amount, key, reason: 'test', actor: 'test' });
  }
  const credentials = await createClient(engine.database, {
    accountId,
    name: 'test',
    ...(scopes && { scopes }),
  });
  return { accountId, credentials, client: await logIn(app, credentials) };
}

export function assertRefused(answer: Answer, status: number, name: string, message: RegExp): void {
  assert.equal(answer.status, status, answer.text);
  assert.deepEqual(Object.keys(answer.body), ['error']);
  assert.deepEqual(Object.keys(answer.body.error), ['name', 'code', 'message']);
  assert.equal(answer.body.error.name, name, answer.text);
  assert.match(answer.body.error.code, /^[A-Z_]+$/);
  assert.match(answer.body.error.message, message);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
  assert.ok(answer.headers.get('x-request-id'));
}

/** What a refusal must leave as it was, once the orders of earlier tests have ended. */
export async function stored(app: TestApp): Promise<unknown> {
  await quiet(app);
  const [row] = await app.rows(
    `select (select count(*) from orders) as orders, (select count(*) from order_references) as "references",
      (select count(*) from recipients) as recipients, (select count(*) from transfers) as transfers,
      (select sum(held) from wallets) as held, (select count(*) from events) as events`,
  );
  return row;
}

/** All that can happen now has happened: answers are in and no row is due. */
export async function quiet(app: TestApp): Promise<void> {
  const { engine } = app.app.services;
  await eventually(async () => {
    const due = await app.rows(
      `select 1 from order_progress where next_wakeup <= toprail.now()
       union all select 1 from callback_inbox where next_wakeup <= toprail.now()`,
    );
    assert.equal(due.length, 0);
    assert.equal(engine.dispatcher.inflight, 0);
    assert.equal(engine.settlement.depth, 0);
  });
}
