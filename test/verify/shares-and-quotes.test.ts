/** What could be wrong with shares, settlements, plan fees and quotes: each is done on purpose and must be found. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setPlan, setResellerMargin } from '../../src/pricing/settings.ts';
import { changePlan } from '../../src/wallet/change-plan.ts';
import { type MadeAccount, makeAccount, withSettings } from '../harness/accounts.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';
import { foundAfter } from './planted.ts';

const DAY_MS = 86_400_000;

const PLANTS: Readonly<Record<string, readonly [check: string, sql: string]>> = {
  'a share that was never posted': ['M4 shares', "delete from transfers where kind = 'share'"],
  'a share of another amount': ['M4 shares', "update transfers set amount = amount + 1 where kind = 'share'"],
  'a share owed to somebody else': [
    'M4 shares',
    "update transfers set credit = 'share:1' where kind = 'share'",
  ],
  'a settlement that moved nothing': ['M5 settlements', "delete from transfers where kind = 'share_payout'"],
  'more paid out than was earned': [
    'M5 settlements',
    "update transfers set amount = amount + 1000 where kind = 'share_payout'; update settlements set amount = amount + 1000",
  ],
  'a plan fee that was never taken': ['M5 settlements', "delete from transfers where kind = 'plan_fee'"],
  'a payout without a settlement': ['M5', 'delete from settlements'],
  'a dispute that says refunded and is not': [
    'M5 disputes',
    `insert into disputes (account_id, id, order_id, reason, state, created_at, closed_at)
     select account_id, 1, id, 'not_received', 'refunded', created_at, created_at from orders limit 1`,
  ],
  'a refund of a dispute that nobody decided': [
    'M5 disputes',
    `insert into adjustments (account_id, id, order_id, cause, amount, currency, created_at)
     select account_id, 1, id, 'DISPUTE_REFUND', 0, currency, created_at from orders limit 1`,
  ],
  'a quote that stands for an order of another price': [
    'M4 quotes',
    "update quotes set price = jsonb_set(price::jsonb, '{cost,minor}', '\"1\"')::text where order_id is not null",
  ],
  'a quote that was used after its time': [
    'M4 quotes',
    "update quotes set created_at = created_at - interval '1 day', expires_at = expires_at - interval '1 day' where order_id is not null",
  ],
  'an order with two quotes': [
    'M4 quotes',
    'insert into quotes select account_id, id + 1, product_id, wallet_currency, amount_mode, price, minimum_receive, created_at, expires_at, order_id from quotes',
  ],
};

describe('verify', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
    const { engine } = app.app.services;
    const root = await makeAccount(app, { plan: 'gold' });
    const leaf = await makeAccount(app, { parentId: root.accountId, funds: { USD: 100_000n } });
    await withSettings(app, async () => {
      await setResellerMargin(engine.database, {
        childId: leaf.accountId,
        operatorId: undefined,
        productType: undefined,
        percent: '2',
      });
      const fee = { amount: 500n, currency: 'USD' };
      await setPlan(engine.database, {
        name: 'dear',
        percent: '1',
        fxMarginPercent: '0',
        sells: undefined,
        fee,
      });
    });
    await changePlan(engine, { accountId: leaf.accountId, plan: 'dear', actor: 'test' });
    const product = { product: 173, amount: { value: '15.00', currency: 'USD' } };
    const quote = await ask(leaf, '/v1/quotes', product);
    const order = await ask(leaf, '/v1/orders', {
      reference: 'quoted',
      quote: quote.id,
      recipient: { phone: '+50936377111' },
    });
    assert.equal(order.status, 'delivered');
    await app.advance(DAY_MS + 3_600_000);
    await eventually(async () => assert.equal((await app.rows('select 1 from settlements')).length, 1));
  });
  after(() => app.close());

  async function ask({ apiKey }: MadeAccount, path: string, body: object) {
    const headers = { authorization: `Bearer ${apiKey}`, prefer: 'wait=10' };
    const answer = await app.request('POST', path, { headers, body });
    assert.equal(answer.status, 201, answer.text);
    return answer.body;
  }

  it('finds nothing in books that are right', async () => assert.deepEqual(await foundAfter(app.db, ''), []));

  for (const [what, [check, sql]] of Object.entries(PLANTS)) {
    it(`finds ${what} (${check})`, async () => assert.ok((await foundAfter(app.db, sql)).includes(check)));
  }
});
