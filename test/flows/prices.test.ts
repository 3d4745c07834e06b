/** Price lists end to end: what docs/MONEY.md computes by hand is what orders cost, and what the ledger moves. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AccountId } from '../../src/core/ids.ts';
import {
  addPriceRule,
  endPriceRule,
  setExchangeRate,
  setPlan,
  setResellerMargin,
} from '../../src/pricing/settings.ts';
import { changePlan } from '../../src/wallet/change-plan.ts';
import { type MadeAccount, makeAccount, withSettings } from '../harness/accounts.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const NOTHING = {
  accountId: undefined,
  operatorId: undefined,
  plan: undefined,
  productType: undefined,
  percent: '0',
  fixed: 0n,
  currency: undefined,
  startsAtMs: undefined,
  endsAtMs: undefined,
} as const;

describe('price lists', () => {
  let app: TestApp;
  let references = 0;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  const database = () => app.app.services.engine.database;
  const rule = (more: Partial<Parameters<typeof addPriceRule>[1]> & { term: 'rate' | 'fee' | 'tax' }) =>
    withSettings(app, () => addPriceRule(database(), { ...NOTHING, ...more }));

  async function order(account: MadeAccount, body: Record<string, unknown> = {}) {
    references += 1;
    return app.request('POST', '/v1/orders', {
      headers: { authorization: `Bearer ${account.apiKey}`, prefer: 'wait=10' },
      body: {
        reference: `price-${references}`,
        product: 173,
        recipient: { phone: '+50936377111' },
        amount: { value: '15.00', currency: 'USD' },
        ...body,
      },
    });
  }

  const figures = ({ body }: Awaited<ReturnType<typeof order>>) =>
    Object.fromEntries(
      ['send', 'receive', 'discount', 'fee', 'tax', 'cost'].map((name) => [name, body[name]?.value]),
    );

  it('a listing is written anew when a rule is made, and when its time has come', async () => {
    const shown = async () =>
      (await app.request('GET', '/operators/88', { as: 'reloadly' })).body.internationalDiscount;
    const first = await shown();
    assert.equal(await shown(), first);
    await rule({ term: 'rate', operatorId: 88, percent: '33' });
    assert.equal(await shown(), 33);
    await rule({
      term: 'rate',
      operatorId: 88,
      percent: '44',
      startsAtMs: app.clock.now() + HOUR_MS,
    });
    assert.equal(await shown(), 33);
    app.clock.advance(HOUR_MS);
    assert.equal(await shown(), 44);
  });

  it('the most specific rule in force wins: account and operator, account, operator, plan; of equals the newest', async () => {
    const account = await makeAccount(app, { plan: 'gold', funds: { USD: 100_000n } });
    const { accountId } = account;
    const discount = async () => (await order(account)).body.discount.value;
    assert.equal(await discount(), '1.80', "the operator's own 12 %, above the plan's 4 %");
    await rule({ term: 'rate', plan: 'gold', percent: '7' });
    assert.equal(await discount(), '1.80', 'a rule of a plan does not outdo what the operator publishes');
    await rule({ term: 'rate', operatorId: 173, percent: '5' });
    assert.equal(await discount(), '0.75');
    await rule({ term: 'rate', operatorId: 173, plan: 'gold', percent: '6' });
    assert.equal(await discount(), '0.90');
    await rule({ term: 'rate', accountId, percent: '8' });
    assert.equal(await discount(), '1.20');
    const newest = await rule({ term: 'rate', accountId, operatorId: 173, percent: '9.5' });
    assert.equal(await discount(), '1.42', 'half to even: 1.425');
    await withSettings(app, () => endPriceRule(database(), Number(newest), undefined));
    assert.equal(await discount(), '1.20');
  });

  it('rules have dates: not before, and no longer after', async () => {
    const account = await makeAccount(app, { funds: { USD: 100_000n } });
    const { accountId } = account;
    const now = app.clock.now();
    await rule({ term: 'rate', accountId, percent: '2', startsAtMs: now - HOUR_MS });
    await rule({
      term: 'rate',
      accountId,
      percent: '10',
      startsAtMs: now + HOUR_MS,
      endsAtMs: now + 2 * HOUR_MS,
    });
    assert.equal((await order(account)).body.discount.value, '0.30');
    await app.advance(HOUR_MS + 60_000);
    assert.equal((await order(account)).body.discount.value, '1.50');
    await app.advance(HOUR_MS);
    assert.equal((await order(account)).body.discount.value, '0.30');
  });

  it('fees and tax are on top: fixed and per cent, tax of what is paid before it', async () => {
    const account = await makeAccount(app, { funds: { USD: 100_000n, INR: 1_000_000n } });
    const { accountId } = account;
    await rule({ term: 'rate', accountId, percent: '12' });
    await rule({ term: 'fee', accountId, percent: '1.5', fixed: 25n, currency: 'USD' });
    await rule({ term: 'tax', accountId, percent: '18' });
    assert.deepEqual(figures(await order(account)), {
      send: '15.00',
      receive: '1963.86',
      discount: '1.80',
      fee: '0.47', // 0.25, and 15.00 x 1.5 % = 0.225, half to even
      tax: '2.46', // (15.00 - 1.80 + 0.47) x 18 % = 2.4606
      cost: '16.13',
    });
    const rupees = await order(account, {
      product: 4219,
      recipient: { phone: '+919876543210' },
      amount: { value: '299.00', currency: 'INR' },
    });
    assert.equal(rupees.status, 201, rupees.text);
    assert.equal(rupees.body.fee.value, '0.00', 'a fee in dollars is not for a wallet in rupees');
  });

  it('a tree of three levels shares the root’s percentage, and a day later the shares are in the wallets', async () => {
    const root = await makeAccount(app, { plan: 'gold' });
    const middle = await makeAccount(app, {
      plan: 'starter',
      parentId: root.accountId,
      funds: { USD: 1_000n },
    });
    const leaf = await makeAccount(app, {
      plan: 'starter',
      parentId: middle.accountId,
      funds: { USD: 100_000n },
    });
    await rule({ term: 'rate', accountId: root.accountId, percent: '12' });
    await withSettings(app, async () => {
      const margin = (childId: AccountId, percent: string) =>
        setResellerMargin(database(), { childId, operatorId: undefined, productType: undefined, percent });
      await margin(middle.accountId, '2.5');
      await margin(leaf.accountId, '1.25');
    });
    const placed = await order(leaf, { amount: { value: '9.99', currency: 'USD' } });
    // 9.99 x 12 % = 1.1988, x 9.5 % = 0.94905, x 8.25 % = 0.824175
    assert.equal(placed.body.discount.value, '0.82');
    assert.equal(placed.body.cost.value, '9.17');
    const shares = await app.rows<{ credit: string; amount: bigint }>(
      "select credit, amount::text from transfers where kind = 'share' and source_id = $1 order by seq",
      [placed.body.id.slice('ord_'.length)],
    );
    assert.deepEqual(shares, [
      { credit: `share:${root.accountId}`, amount: '25' }, // 1.20 - 0.95
      { credit: `share:${middle.accountId}`, amount: '13' }, // 0.95 - 0.82
    ]);

    const balances = async () =>
      app.rows<{ account_id: string; posted: string }>(
        "select account_id::text, posted::text from wallets where account_id = any ($1) and currency = 'USD' order by account_id",
        [[root.accountId, middle.accountId]],
      );
    await app.advance(DAY_MS + HOUR_MS);
    await eventually(async () =>
      assert.deepEqual(await balances(), [
        { account_id: `${root.accountId}`, posted: '25' },
        { account_id: `${middle.accountId}`, posted: '1013' },
      ]),
    );
    await app.advance(2 * HOUR_MS);
    const settled = await app.rows('select 1 from settlements where account_id = $1', [root.accountId]);
    assert.equal(settled.length, 1, 'a day is settled once');
    const statement = await app.request('GET', '/v1/wallets', {
      headers: { authorization: `Bearer ${root.apiKey}` },
    });
    const entries = await app.request('GET', `/v1/wallets/${statement.body.data[0].id}/entries`, {
      headers: { authorization: `Bearer ${root.apiKey}` },
    });
    assert.equal(entries.body.data[0].kind, 'share_payout');
  });

  it('a reversal takes the shares back; what was paid out already is made good by what is earned next', async () => {
    const root = await makeAccount(app, { plan: 'gold' });
    const leaf = await makeAccount(app, { parentId: root.accountId, funds: { USD: 100_000n } });
    await rule({ term: 'rate', accountId: root.accountId, percent: '10' });
    await withSettings(app, () =>
      setResellerMargin(database(), {
        childId: leaf.accountId,
        operatorId: 173,
        productType: 'airtime',
        percent: '4',
      }),
    );
    const reversed = await order(leaf, { recipient: { phone: '+50936379011' } });
    assert.equal(reversed.body.status, 'delivered');
    await app.advance(15_000);
    await eventually(async () => {
      const owed = await app.rows<{ kind: string; amount: string }>(
        `select kind, amount::text from transfers
         where kind in ('share', 'share_refund') and (credit = $1 or debit = $1) order by kind`,
        [`share:${root.accountId}`],
      );
      assert.deepEqual(owed, [
        { kind: 'share', amount: '60' },
        { kind: 'share_refund', amount: '60' },
      ]);
    });
  });

  it('margins above what there is to share leave nobody below zero, the root first', async () => {
    const root = await makeAccount(app, { plan: 'gold' });
    const middle = await makeAccount(app, { parentId: root.accountId });
    const leaf = await makeAccount(app, { parentId: middle.accountId, funds: { USD: 100_000n } });
    await rule({ term: 'rate', accountId: root.accountId, percent: '3' });
    await withSettings(app, async () => {
      for (const childId of [middle.accountId, leaf.accountId]) {
        await setResellerMargin(database(), {
          childId,
          operatorId: undefined,
          productType: undefined,
          percent: '2',
        });
      }
    });
    const placed = await order(leaf, { amount: { value: '10.00', currency: 'USD' } });
    assert.equal(placed.body.discount.value, '0.00');
    const shares = await app.rows<{ amount: string }>(
      "select amount::text from transfers where kind = 'share' and source_id = $1 order by seq",
      [placed.body.id.slice('ord_'.length)],
    );
    assert.deepEqual(shares, [{ amount: '20' }, { amount: '10' }]);
  });

  it('a plan sells its classes only, and entering one costs its fee once', async () => {
    await withSettings(app, () =>
      setPlan(database(), {
        name: 'television',
        percent: '1',
        fxMarginPercent: '0',
        sells: ['dth'],
        fee: { amount: 2_500n, currency: 'USD' },
      }),
    );
    const account = await makeAccount(app, { funds: { USD: 3_000n } });
    const { accountId } = account;
    const { engine } = app.app.services;
    const enter = (plan: string) => changePlan(engine, { accountId, plan, actor: 'test' });
    assert.deepEqual(await enter('television'), { kind: 'changed', fee: 2_500n, currency: 'USD' });
    assert.equal((await enter('television')).kind, 'unchanged');
    await withSettings(app, () => Promise.resolve());
    const refused = await order(account);
    assert.equal(refused.status, 403);
    assert.equal(refused.body.code, 'product_not_in_plan');
    assert.equal((await enter('sandbox')).kind, 'changed');
    assert.equal((await enter('television')).kind, 'insufficient_balance');
    const [wallet] = await app.rows<{ posted: string }>(
      'select posted::text from wallets where account_id = $1',
      [accountId],
    );
    assert.equal(wallet?.posted, '500');
  });

  it('the exchange rate carries the plan’s margin and its version', async () => {
    await withSettings(app, () =>
      setPlan(database(), {
        name: 'margin',
        percent: '0',
        fxMarginPercent: '2.5',
        sells: undefined,
        fee: undefined,
      }),
    );
    await withSettings(app, () => setExchangeRate(database(), { quote: 'HTG', rate: '130', note: 'a test' }));
    const account = await makeAccount(app, { plan: 'margin', funds: { USD: 100_000n } });
    const { body } = await order(account);
    assert.equal(body.fx_rate, '126.75');
    assert.match(body.fx_version, /^manual-/);
    assert.equal(body.receive.value, '1901.25');
  });
});

describe('stale exchange rates', () => {
  it('price nothing: FX_RATE_NOT_AVAILABLE, until somebody sets new ones', async (t) => {
    const app = await startApp({ TOPRAIL_RATE_DAYS_MAX: '30' });
    t.after(() => app.close());
    const { database } = app.app.services.engine;
    const topUp = (customIdentifier: string) =>
      app.request('POST', '/topups', {
        as: 'reloadly',
        body: {
          operatorId: 173,
          amount: 15,
          customIdentifier,
          recipientPhone: { countryCode: 'HT', number: '+50936377111' },
        },
      });
    const stale = await topUp('one');
    assert.equal(stale.status, 500);
    assert.equal(stale.body.errorCode, 'FX_RATE_NOT_AVAILABLE');
    await withSettings(app, () => setExchangeRate(database, { quote: 'HTG', rate: '131', note: 'a test' }));
    const fresh = await topUp('one');
    assert.equal(fresh.status, 200, fresh.text);
    await app.advance(32 * DAY_MS);
    const again = await app.request('POST', '/v1/orders', {
      as: 'native',
      body: {
        reference: 'later',
        product: 173,
        recipient: { phone: '+50936377111' },
        amount: { value: '15.00', currency: 'USD' },
      },
    });
    assert.equal(again.body.code, 'rate_unavailable');
  });
});
