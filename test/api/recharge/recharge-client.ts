/** What the tests of the article's dialect ask with, and the exact members of its answers. */
import assert from 'node:assert/strict';
import type { Answer, RequestOptions, TestApp } from '../../harness/app.ts';

/** The sample of the article, paid by wallet. */
export const WALLET_TWIN = {
  subscriber_number: '255712345678',
  bundle_id: 'BND001',
  payment_method: 'wallet',
};

export const CARD_NUMBER = '4111111111111111';
/** The sample as printed. */
export const CARD_SAMPLE = {
  subscriber_number: '255712345678',
  bundle_id: 'BND001',
  payment_method: 'card',
  card_details: { card_number: CARD_NUMBER, expiry_month: '12', expiry_year: '2025', cvv: '123' },
};

export function post(app: TestApp, body: unknown, options: RequestOptions = {}): Promise<Answer> {
  return app.request('POST', '/recharge', { as: 'native', body, ...options });
}

export function suffixed(suffix: string): Record<string, unknown> {
  return { ...WALLET_TWIN, subscriber_number: `25571234${suffix}` };
}

/** The members of an error of this API, and none of another's. */
export function assertError(answer: Answer, status: number, code: string): void {
  assert.equal(answer.status, status, answer.text);
  assert.deepEqual(Object.keys(answer.body), ['error'], answer.text);
  assert.deepEqual(Object.keys(answer.body.error), ['code', 'message', 'details'], answer.text);
  assert.equal(answer.body.error.code, code, answer.text);
  assert.ok(answer.body.error.message.length > 0);
}

/** How much there is of everything that a request could leave behind. */
export async function stored(app: TestApp): Promise<unknown> {
  return app.rows(
    `select (select count(*) from orders)::int as orders, (select count(*) from order_references)::int as refs,
       (select count(*) from recipients)::int as recipients, (select count(*) from events)::int as events,
       (select coalesce(sum(held), 0) from wallets)::text as held`,
  );
}
