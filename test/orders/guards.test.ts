/** Guards of accounts: the same recharge within a window, and limits of a day. Each holds when many ask at once. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setRepeatWindow } from '../../src/orders/repeat-guard.ts';
import { setDayLimits } from '../../src/wallet/day-limits.ts';
import { type MadeAccount, makeAccount } from '../harness/accounts.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';

const DAY_MS = 86_400_000;

describe('guards', () => {
  let app: TestApp;
  let references = 0;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  async function order(account: MadeAccount, body: Record<string, unknown> = {}) {
    references += 1;
    return app.request('POST', '/v1/orders', {
      headers: { authorization: `Bearer ${account.apiKey}` },
      body: {
        reference: `guarded-${references}`,
        product: 173,
        recipient: { phone: '+50936377111' },
        amount: { value: '10.00', currency: 'USD' },
        ...body,
      },
    });
  }
  const database = () => app.app.services.engine.database;

  it('the same recharge twice within the window is refused, of fifty at once one is placed', async () => {
    const account = await makeAccount(app, { funds: { USD: 100_000n } });
    assert.ok(await setRepeatWindow(database(), account.accountId, 120));
    const answers = await Promise.all(Array.from({ length: 50 }, () => order(account)));
    assert.equal(answers.filter(({ status }) => status === 201).length, 1);
    const refused = answers.filter(({ body }) => body.code === 'recently_recharged');
    assert.equal(refused.length, 49);
    assert.equal(refused[0]?.status, 409);
    assert.equal((await order(account, { amount: { value: '11.00', currency: 'USD' } })).status, 201);
    assert.equal((await order(account, { recipient: { phone: '+50936377112' } })).status, 201);
    await app.advance(119_000);
    assert.equal((await order(account)).status, 409);
    await app.advance(2_000);
    assert.equal((await order(account)).status, 201);
  });

  it('a recharge that failed, or that the wallet could not pay, does not stand in the way', async () => {
    const account = await makeAccount(app, { funds: { USD: 2_000n } });
    await setRepeatWindow(database(), account.accountId, 120);
    const dear = { amount: { value: '30.00', currency: 'USD' } };
    assert.equal((await order(account, dear)).body.code, 'insufficient_balance');
    assert.equal((await order(account, dear)).body.code, 'insufficient_balance');
    const barred = { recipient: { phone: '+50936379001' } };
    const first = await order(account, barred);
    await eventually(async () => {
      const [row] = await app.rows<{ state: string }>(
        'select state from order_progress where order_id = $1',
        [first.body.id.slice(4)],
      );
      assert.equal(row?.state, 'FAILED');
    });
    assert.equal((await order(account, barred)).status, 201);
  });

  it('reloadly says PHONE_RECENTLY_RECHARGED, and the sandbox guards nothing unless it is set', async () => {
    const topUp = () =>
      app.request('POST', '/topups', {
        as: 'reloadly',
        body: { operatorId: 173, amount: 7, recipientPhone: { countryCode: 'HT', number: '+50936377113' } },
      });
    assert.equal((await topUp()).status, 200);
    assert.equal((await topUp()).status, 200);
    const accountId = app.app.sandbox?.accountId;
    assert.ok(accountId !== undefined);
    await setRepeatWindow(database(), accountId, 120);
    assert.equal((await topUp()).status, 200, 'what was ordered before the guard was not noted');
    const refused = await topUp();
    assert.equal(refused.status, 400);
    assert.equal(refused.body.errorCode, 'PHONE_RECENTLY_RECHARGED');
    await setRepeatWindow(database(), accountId, 0);
  });

  it('a wallet pays for so many orders a day and no more, also when all come at once', async () => {
    const account = await makeAccount(app, { funds: { USD: 1_000_000n } });
    await setDayLimits(database(), {
      accountId: account.accountId,
      currency: 'USD',
      ordersMax: 20,
      amountMax: undefined,
    });
    const answers = await Promise.all(Array.from({ length: 60 }, () => order(account)));
    assert.equal(answers.filter(({ status }) => status === 201).length, 20);
    assert.equal(answers.filter(({ body }) => body.code === 'daily_count_reached').length, 40);
    await app.advance(DAY_MS);
    assert.equal((await order(account)).status, 201, 'the next day begins anew');
  });

  it('a wallet pays so much a day and no more, to the minor unit', async () => {
    const account = await makeAccount(app, { funds: { USD: 1_000_000n } });
    // 10.00 less 12 % is 8.80.
    await setDayLimits(database(), {
      accountId: account.accountId,
      currency: 'USD',
      ordersMax: undefined,
      amountMax: 880n * 5n,
    });
    const answers = await Promise.all(Array.from({ length: 12 }, () => order(account)));
    assert.equal(answers.filter(({ status }) => status === 201).length, 5);
    const refused = answers.filter(({ body }) => body.code === 'daily_amount_reached');
    assert.equal(refused.length, 7);
    assert.equal(refused[0]?.status, 403);
  });
});
