/** Orders that only people can end: one asks, another approves, the switch carries it out, the books hold. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { placeOrder } from '../../src/orders/place-order.ts';
import {
  approveDecision,
  listReviewCases,
  rejectDecision,
  requestDecision,
} from '../../src/orders/review/decisions.ts';
import { withSettings } from '../harness/accounts.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';
import { topUp } from '../harness/orders.ts';

const HOUR_MS = 3_600_000;

describe('orders in review', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  const engine = () => app.app.services.engine;

  /** The provider cannot be asked: nobody knows what became of the order, for a day and more. */
  async function orderInReview(suffix: string): Promise<bigint> {
    const number = `+5093637${suffix}`;
    const placed = await placeOrder(
      engine(),
      topUp(app, { recipient: { kind: 'phone', value: number }, deadlineSeconds: undefined }),
    );
    assert.equal(placed.kind, 'placed');
    const id = placed.kind === 'placed' ? placed.order.facts.id : 0n;
    await app.app.services.engine.dispatcher.settled();
    return id;
  }
  const state = async (id: bigint) => {
    const [row] = await app.rows<{ state: string }>('select state from order_progress where order_id = $1', [
      id,
    ]);
    return row?.state;
  };
  const decide = (orderId: bigint, outcome: 'delivered' | 'failed', actor: string) =>
    requestDecision(engine(), { orderId, outcome, evidence: 'The operator wrote: see ticket 4711', actor });

  it('takes two people, and the database refuses one in both places', async () => {
    const id = await orderInReview('9004'); // never reached: it is tried for ever, and after a day a person looks
    await app.advance(25 * HOUR_MS);
    await eventually(async () => assert.equal(await state(id), 'REVIEW'));
    assert.equal(await decide(id, 'delivered', 'ada'), 'not_decidable', 'nothing has left');
    assert.equal(await decide(id, 'failed', 'ada'), 'requested');
    assert.equal(await decide(id, 'failed', 'bob'), 'open_already');
    assert.equal(await approveDecision(engine().database, id, 'Ada'), 'same_person');
    await assert.rejects(
      app.rows("update review_decisions set approved_by = 'ADA', approved_at = now() where order_id = $1", [
        id,
      ]),
      /review_decisions_two_people/,
    );
    const [open] = await listReviewCases(engine());
    assert.deepEqual(
      [open?.orderId, open?.reason, open?.decision?.requestedBy, open?.decision?.evidence],
      [id, 'dispatching_too_long', 'ada', 'The operator wrote: see ticket 4711'],
    );
    assert.equal(await rejectDecision(engine().database, id, 'bob'), true);
    assert.equal(await approveDecision(engine().database, id, 'bob'), 'not_open');

    assert.equal(await decide(id, 'failed', 'ada'), 'requested');
    assert.equal(await approveDecision(engine().database, id, 'bob'), 'approved');
    assert.equal(await rejectDecision(engine().database, id, 'carl'), false);
    app.app.services.workSoon();
    await eventually(async () => assert.equal(await state(id), 'FAILED'));
    await eventually(async () => {
      const ends = await app.rows('select ending from review_decisions where order_id = $1 order by id', [
        id,
      ]);
      assert.deepEqual(ends, [{ ending: 'rejected' }, { ending: 'applied' }]);
    });
    assert.deepEqual(await listReviewCases(engine()), []);
    const timeline = await app.request('GET', `/v1/orders/ord_${id}/timeline`, { as: 'native' });
    const said = timeline.body.attempts.at(-1).evidence.at(-1);
    assert.deepEqual([said.source, said.verdict], ['decision', 'refused']);
    const kept = await app.rows('select * from review_decisions');
    assert.ok(!JSON.stringify(kept).includes('4711'));
  });

  describe('where nobody has mapped what the provider says', () => {
    const map = (meaning: 'null' | '{"failure":"recipient_invalid","retryable":false}') =>
      withSettings(app, () =>
        meaning === 'null'
          ? app.rows("update providers set capability = capability #- '{refusedCodes,NO_SUCH_NUMBER}'")
          : app.rows(
              "update providers set capability = jsonb_set(capability, '{refusedCodes,NO_SUCH_NUMBER}', $1)",
              [meaning],
            ),
      );
    const inReview = async (id: bigint) => {
      // By its schedule: the query after a quarter of an hour of doubt.
      for (const ms of [6 * 60_000, 16 * 60_000]) {
        await app.advance(ms);
        await engine().wakeups.idle();
      }
      await eventually(async () => assert.equal(await state(id), 'REVIEW'));
      return (await listReviewCases(engine())).find(({ orderId }) => orderId === id);
    };

    it('a person hears of it long before the day is over, with the code, and nothing is guessed', async () => {
      await map('null');
      const id = await orderInReview('9001');
      await eventually(async () => assert.equal(await state(id), 'IN_DOUBT'));
      const found = await inReview(id);
      assert.deepEqual([found?.reason, found?.unmapped], ['unmapped', ['NO_SUCH_NUMBER']]);
      const [held] = await app.rows('select hold from order_progress where order_id = $1', [id]);
      assert.deepEqual(held, { hold: 'ACTIVE' });
      const { body } = await app.request('GET', `/v1/orders/ord_${id}/timeline`, { as: 'native' });
      const said = body.attempts[0].evidence;
      assert.deepEqual(
        [said[0].source, said[0].verdict, said[0].code],
        ['submit', 'unmapped', 'NO_SUCH_NUMBER'],
      );
      assert.deepEqual([said.at(-1).source, said.at(-1).verdict], ['query', 'unmapped']);
      assert.equal(app.journal(id).filter(({ event }) => event === 'submitted').length, 1, 'sent once');

      assert.equal(await decide(id, 'failed', 'ada'), 'requested');
      assert.equal(await approveDecision(engine().database, id, 'bob'), 'approved');
      app.app.services.workSoon();
      await eventually(async () => assert.equal(await state(id), 'FAILED'));
    });

    it('once a person has mapped it, the order ends by itself and its case is closed', async () => {
      await map('null');
      const id = await orderInReview('9001');
      assert.equal((await inReview(id))?.reason, 'unmapped');
      await map('{"failure":"recipient_invalid","retryable":false}');
      await app.advance(16 * 60_000);
      await eventually(async () => assert.equal(await state(id), 'FAILED'));
      assert.deepEqual(await listReviewCases(engine()), []);
    });
  });

  it('an order that is not in review, or is none, takes no decision', async () => {
    const id = await orderInReview('7111');
    await eventually(async () => assert.equal(await state(id), 'DELIVERED'));
    assert.equal(await decide(id, 'failed', 'ada'), 'not_in_review');
    assert.equal(await decide(1n, 'failed', 'ada'), 'not_in_review');
    assert.equal(await approveDecision(engine().database, id, 'bob'), 'not_open');
  });

  it('a contradiction that two people call delivered is captured', async () => {
    const id = await orderInReview('9005'); // delivered, and the answer lost: in doubt until the status query
    await eventually(async () => assert.equal(await state(id), 'IN_DOUBT'));
    // The provider has said one thing and the other: what that looks like in the books.
    await app.rows(
      `with p as (update order_progress set state = 'REVIEW', next_wakeup = toprail.now() + interval '6 hours',
           fence = fence + 1, event_seq = event_seq + 1 where order_id = $1 returning account_id, event_seq),
         a as (update attempts set state = 'CONFLICT' where order_id = $1),
         c as (insert into review_cases (account_id, order_id, reason, opened_at)
           select account_id, $1, 'conflict', toprail.now() from p)
       select toprail.append_events(array[account_id], array[$1::bigint], array[event_seq], array['order.review'],
         array['{"reason":"conflict"}'], toprail.now()) from p`,
      [id],
    );
    assert.equal(await decide(id, 'delivered', 'ada'), 'requested');
    assert.equal(await approveDecision(engine().database, id, 'bob'), 'approved');
    app.app.services.workSoon();
    await eventually(async () => assert.equal(await state(id), 'DELIVERED'));
    const [hold] = await app.rows<{ hold: string }>('select hold from order_progress where order_id = $1', [
      id,
    ]);
    assert.equal(hold?.hold, 'CAPTURED');
  });
});
