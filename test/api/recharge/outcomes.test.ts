/** How recharges end, by the sandbox's number suffixes, and what is promised before they do. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DeliveryTimes } from '../../../src/orders/health/delivery-times.ts';
import { createRechargeDialect } from '../../../src/protocols/recharge/dialect/routes.ts';
import { eventually, startApp, type TestApp } from '../../harness/app.ts';
import { quiet } from '../../harness/quiet.ts';
import { post, suffixed, WALLET_TWIN } from './recharge-client.ts';

const SECOND = 1000;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

describe('the article, outcomes', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  const take = async (body: unknown) => {
    const answer = await post(app, body);
    assert.equal(answer.status, 202, answer.text);
    return answer.body;
  };
  const read = async (id: string) => {
    const answer = await app.request('GET', `/recharge/${id}`, { as: 'native' });
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  };

  const SUFFIXES: [suffix: string, moves: number[], status: string, payment: string, failure?: string][] = [
    ['9000', [2], 'completed', 'charged'],
    ['9001', [], 'failed', 'released', 'recipient_invalid'],
    ['9002', [], 'failed', 'released', 'recipient_barred'],
    ['9003', [], 'failed', 'released', 'recipient_of_other_operator'],
    ['9004', [1, 2, 4, 8, 16, 13, 2, 15], 'failed', 'released', 'operator_unavailable'],
    ['9005', [2], 'completed', 'charged'],
    ['9006', [2, 3, 5, 5], 'failed', 'released', 'not_delivered'],
    ['9011', [10], 'failed', 'refunded'],
    ['9013', [], 'completed', 'charged'],
    ['9014', [2, 3, 5, 20], 'completed', 'charged'],
  ];
  for (const [suffix, moves, status, payment, failure] of SUFFIXES) {
    test(`${suffix}: ${status}, ${payment}`, async () => {
      const { transaction_id: id } = await take(suffixed(suffix));
      for (const seconds of moves) {
        await quiet(app, suffix === '9000' ? 1 : 0);
        await app.advance(seconds * SECOND);
      }
      const shown = await eventually(async () => {
        if (moves.length > 0) await app.advance(SECOND);
        const now = await read(id);
        assert.equal(now.status, status, JSON.stringify(now));
        // The history is read before the order, which may be a step ahead of it.
        if (failure) assert.equal(now.history.at(-1).code, failure);
        return now;
      });
      assert.equal(shown.payment_status, payment);
      assert.equal(shown.failure?.code, failure);
      assert.equal(shown.refunded !== null, payment === 'refunded' || suffix === '9013');
      if (suffix === '9014') assert.equal(shown.history[1].event, 'order.in_doubt');
    });
  }

  test('9014 is pending, its money held, while nobody knows', async () => {
    const { transaction_id: id } = await take(suffixed('9014'));
    await eventually(async () => {
      const shown = await read(id);
      assert.deepEqual(
        [shown.status, shown.payment_status, shown.recharge_status],
        ['pending', 'held', 'in_doubt'],
      );
      assert.match(shown.estimated_completion, INSTANT);
    });
    await app.advance(60 * SECOND);
    await eventually(async () => {
      await app.advance(SECOND);
      assert.equal((await read(id)).status, 'completed');
    });
  });

  test('the estimate is what deliveries of this operator take, once one was seen', async () => {
    const { services } = app.app;
    const { app: unknowing } = createRechargeDialect({ ...services, deliveryTimes: new DeliveryTimes() });
    const { app: measuring } = createRechargeDialect(services);
    const headers = { authorization: `Bearer ${app.credentials.apiKey}` };
    const estimate = async (dialect: typeof measuring) => {
      const nowMs = app.clock.now();
      const sent = await dialect.inject({ method: 'POST', url: '/recharge', headers, payload: WALLET_TWIN });
      assert.equal(sent.statusCode, 202, sent.body);
      return Date.parse(sent.json().estimated_completion) - nowMs;
    };
    assert.ok((await estimate(unknowing)) > 25_000, 'nothing measured: half a minute');
    await eventually(async () => assert.ok((await estimate(measuring)) < 5_000, 'measured: at once'));
    await Promise.all([unknowing.close(), measuring.close()]);
  });
});
