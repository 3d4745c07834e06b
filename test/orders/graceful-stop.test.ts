/** A process that stops answers whoever waits: an order that was stored is told, whatever it stands at. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { eventually, startApp, type TestApp } from '../harness/app.ts';

describe('a graceful stop', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp();
  });
  afterEach(() => app.close());

  const body = (suffix: string) => ({
    operatorId: 173,
    amount: 15,
    recipientPhone: { countryCode: 'HT', number: `+5093637${suffix}` },
  });
  const orders = async () => (await app.rows('select 1 from orders')).length;

  it('answers a client that waits for an outcome with the order as it stands', async () => {
    await app.token();
    const asking = app.request('POST', '/topups', { as: 'reloadly', body: body('9014') });
    asking.catch(() => {});
    await eventually(async () =>
      assert.equal((await app.rows("select 1 from order_progress where state = 'IN_DOUBT'")).length, 1),
    );
    const stopping = app.restart();
    const answer = await asking;
    await stopping;
    assert.equal(answer.status, 200);
    assert.equal(answer.body.status, 'PROCESSING');
  });

  it('answers the clients of the batch in flight', async () => {
    await app.rows('update installation set sending_blocked = true');
    await app.rows("select pg_notify('toprail_settings', '')");
    await eventually(() => assert.ok(app.app.services.engine.market().sendingBlocked));
    await app.token();
    const asking = Array.from({ length: 50 }, () =>
      app.request('POST', '/topups-async', { as: 'reloadly', body: body('7111') }),
    );
    for (const one of asking) one.catch(() => {});
    await eventually(() => assert.ok(app.app.services.engine.intake.busy));
    await app.restart();
    const answers = await Promise.allSettled(asking);
    const told = answers.filter((one) => one.status === 'fulfilled' && one.value.status === 200).length;
    assert.equal(told, await orders(), 'each order that is stored was told');
  });
});
