/** What the tests of the A1Topup dialect ask with, and the exact members of its answers. */
import assert from 'node:assert/strict';
import { createAccount } from '../../../src/identity/accounts.ts';
import { createClient } from '../../../src/identity/credentials.ts';
import type { Scope } from '../../../src/identity/scopes.ts';
import { fundWallet, openWallet } from '../../../src/wallet/fund-wallet.ts';
import { type Answer, eventually, type TestApp } from '../../harness/app.ts';

/** The sample of the document, but for the key. */
export const SAMPLE = { mobile: '9876543210', operator: 'AIRTEL', amount: 299, circle: 'AP' };

export const RECHARGED = ['status', 'transaction_id', 'message', 'amount', 'commission', 'balance'];
export const WIRE = ['txid', 'status', 'opid', 'number', 'amount', 'orderid'];

export function recharge(app: TestApp, changes: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
  const body = { api_key: app.credentials.apiKey, ...SAMPLE, ...changes };
  return app.request('POST', '/api/v1/recharge', { body });
}

/** Parameters of the wire form, with the sandbox client's credentials. */
export function wireQuery(app: TestApp, changes: Readonly<Record<string, string>> = {}): string {
  const { id, secret } = app.credentials.client;
  return new URLSearchParams({
    username: id,
    pwd: secret,
    circlecode: '13',
    operatorcode: 'A',
    number: '9876543210',
    amount: '299',
    format: 'json',
    ...changes,
  }).toString();
}

/** How much there is of everything that a request could leave behind. */
export async function stored(app: TestApp): Promise<unknown> {
  return app.rows(
    `select (select count(*) from orders)::int as orders, (select count(*) from order_references)::int as refs,
       (select count(*) from recipients)::int as recipients, (select count(*) from events)::int as events,
       (select coalesce(sum(held), 0) from wallets)::text as held`,
  );
}

/** `code` for the documented form; the members that an error of it has, and none of another API's. */
export function assertError(answer: Answer, code: string, status = 200): void {
  assert.equal(answer.status, status, answer.text);
  const { status: word, error_code, message, ...rest } = answer.body;
  assert.equal(word, 'error', answer.text);
  assert.equal(error_code, code, answer.text);
  assert.equal(typeof message, 'string');
  assert.ok(message.length > 0);
  const extra = code === '1002' ? ['required_amount', 'current_balance'] : [];
  assert.deepEqual(
    Object.keys(rest).filter((key) => key !== 'transaction_id'),
    extra,
  );
}

/** All that can happen now has happened: answers are in but for those held back, and no row is due. */
export async function quiet(app: TestApp, heldBack: number): Promise<void> {
  const { engine } = app.app.services;
  await eventually(async () => {
    const due = await app.rows('select 1 from order_progress where next_wakeup <= toprail.now()');
    assert.equal(due.length, 0);
    assert.equal(engine.dispatcher.inflight, heldBack);
    assert.equal(engine.settlement.depth, 0);
  });
}

export interface Other {
  readonly accountId: bigint;
  readonly clientId: string;
  readonly apiKey: string;
}

export async function anotherAccount(
  app: TestApp,
  wanted: { readonly paise?: bigint; readonly plan?: string; readonly scopes?: readonly Scope[] },
): Promise<Other> {
  const { database, vault, mint } = app.app.services.engine;
  const accountId = await createAccount(database, {
    name: 'another',
    environment: 'sandbox',
    plan: wanted.plan ?? 'sandbox',
    parentId: undefined,
  });
  if (wanted.paise !== undefined) {
    const { id: walletId } = await openWallet(database, { accountId, currency: 'INR' });
    const money = { accountId, walletId, amount: wanted.paise, key: 'first', reason: 'test', actor: 'test' };
    await fundWallet({ database, vault, mint }, money);
  }
  const { id, apiKey } = await createClient(database, {
    accountId,
    name: 'api',
    ...(wanted.scopes ? { scopes: wanted.scopes } : {}),
  });
  return { accountId, clientId: id, apiKey };
}
