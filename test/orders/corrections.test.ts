/** Corrections of orders that have ended: asked for by one, approved by another, posted once, the books whole. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { decideDispute } from '../../src/orders/disputes/decide-dispute.ts';
import {
  approveDecision,
  listReviewCases,
  rejectDecision,
  requestCorrection,
  requestDecision,
} from '../../src/orders/review/decisions.ts';
import { bearerOf, makeAccount } from '../harness/accounts.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';
import { foundAfter } from '../verify/planted.ts';

const COST = 1320n;

describe('corrections', () => {
  let app: TestApp;
  let as: Awaited<ReturnType<typeof makeAccount>>;
  before(async () => {
    app = await startApp();
    as = await makeAccount(app, { plan: 'sandbox', funds: { USD: 10_000n } });
  });
  after(() => app.close());

  const engine = () => app.app.services.engine;
  let references = 0;
  const ask = (method: string, path: string, body?: object, who = as) =>
    app.request(method, path, { headers: { ...who.headers, prefer: 'wait=10' }, body });

  /** Delivered; it has cost 13.20. */
  async function order(suffix = '7111', who = as): Promise<bigint> {
    references += 1;
    const { status, body, text } = await ask(
      'POST',
      '/v1/orders',
      {
        reference: `corrected-${references}`,
        product: 173,
        recipient: { phone: `+5093637${suffix}` },
        amount: { value: '15.00', currency: 'USD' },
      },
      who,
    );
    assert.equal(status, 201, text);
    assert.deepEqual([body.status, body.cost.value], ['delivered', '13.20']);
    return BigInt(body.id.slice(4));
  }
  const request = (orderId: bigint, amount: bigint, actor = 'ada') =>
    requestCorrection(engine(), {
      orderId,
      amount,
      evidence: 'Ticket 4712: charged for half too much',
      actor,
    });
  const approve = (orderId: bigint, actor = 'bob') => approveDecision(engine().database, orderId, actor);
  const endings = async (orderId: bigint) => {
    const rows = await app.rows<{ ending: string | null }>(
      'select ending from review_decisions where order_id = $1 order by id',
      [orderId],
    );
    return rows.map(({ ending }) => ending);
  };
  const ends = (orderId: bigint, ...expected: string[]) => {
    app.app.services.workSoon();
    return eventually(async () => assert.deepEqual(await endings(orderId), expected));
  };
  const corrected = async (orderId: bigint, amount: bigint) => {
    assert.equal(await request(orderId, amount), 'requested');
    assert.equal(await approve(orderId), 'approved');
    await ends(orderId, 'applied');
  };
  const refunded = async (orderId: bigint, who = as) => {
    const { body } = await ask('POST', `/v1/orders/ord_${orderId}/dispute`, { reason: 'not_received' }, who);
    await decideDispute(engine().database, BigInt(body.id.slice(4)), { outcome: 'refund', actor: 'test' });
    app.app.services.workSoon();
    await eventually(async () => assert.deepEqual(await gains(orderId), [['DISPUTE_REFUND', COST]]));
  };
  const gains = async (orderId: bigint) => {
    const rows = await app.rows<{ cause: string; amount: string }>(
      'select cause, amount::text from adjustments where order_id = $1 order by id',
      [orderId],
    );
    return rows.map(({ cause, amount }) => [cause, BigInt(amount)]);
  };
  const posted = async (who = as) =>
    BigInt(
      ((await ask('GET', '/v1/wallets', undefined, who)).body.data[0].posted.value as string).replace(
        '.',
        '',
      ),
    );

  it('gives what two people decide, once, and the order stays delivered', async () => {
    const id = await order();
    const had = await posted();
    assert.equal(await request(id, COST + 1n), 'more_than_paid');
    assert.equal(await request(id, -1n), 'more_than_given_back');
    assert.equal(await request(1n, 1n), 'no_such_order');
    assert.equal(await request(id, 660n), 'requested');
    assert.equal(await request(id, 100n), 'open_already');
    assert.equal(await approve(id, 'ADA'), 'same_person');
    await assert.rejects(
      app.rows("update review_decisions set approved_by = 'Ada', approved_at = now() where order_id = $1", [
        id,
      ]),
      /review_decisions_two_people/,
    );
    const [listed] = await listReviewCases(engine());
    assert.deepEqual(
      [listed?.orderId, listed?.reason, listed?.decision?.amount, listed?.decision?.evidence],
      [id, 'correction', 660n, 'Ticket 4712: charged for half too much'],
    );
    assert.equal(await posted(), had, 'asking moves no money');

    const approvals = await Promise.all([approve(id), approve(id, 'carl')]);
    assert.deepEqual(approvals.toSorted(), ['approved', 'not_open']);
    await ends(id, 'applied');
    assert.equal((await posted()) - had, 660n);
    const { body } = await ask('GET', `/v1/orders/ord_${id}`);
    assert.equal(body.status, 'delivered');
    assert.deepEqual(
      body.adjustments.map((made: { cause: string; amount: object }) => [made.cause, made.amount]),
      [['correction', { value: '6.60', currency: 'USD' }]],
    );
    const { body: timeline } = await ask('GET', `/v1/orders/ord_${id}/timeline`);
    const event = timeline.events.at(-1);
    assert.deepEqual([event.type, event.data.cause ?? event.data], ['order.adjusted', 'correction']);
    const { body: statement } = await ask('GET', `/v1/wallets/wal_${as.wallets['USD']}/entries`);
    assert.deepEqual(
      [statement.data[0].kind, statement.data[0].amount.value, statement.data[0].source],
      ['correction', '6.60', body.adjustments[0].id],
    );
    assert.equal(await request(id, 100n), 'corrected_already');
    assert.deepEqual(await listReviewCases(engine()), []);
  });

  it('is posted once, also when the process dies before it has said that it was', async () => {
    const id = await order();
    await corrected(id, 100n);
    await app.rows(
      'update review_decisions set ending = null, ended_at = null, next_wakeup = toprail.now() where order_id = $1',
      [id],
    );
    await ends(id, 'applied');
    assert.deepEqual(await gains(id), [['CORRECTION', 100n]]);
  });

  it('can be rejected, and asked for again', async () => {
    const id = await order();
    assert.equal(await request(id, 100n), 'requested');
    assert.equal(await rejectDecision(engine().database, id, 'bob'), true);
    assert.equal(await request(id, 200n), 'requested');
    assert.equal(await approve(id), 'approved');
    await ends(id, 'rejected', 'applied');
    assert.deepEqual(await gains(id), [['CORRECTION', 200n]]);
  });

  it('an order that lives takes none, and one that has ended takes no other decision', async () => {
    const { body } = await app.request('POST', '/v1/orders', {
      headers: as.headers,
      body: {
        reference: 'living',
        product: 173,
        recipient: { phone: '+50936379007' }, // pending for five seconds
        amount: { value: '15.00', currency: 'USD' },
      },
    });
    const id = BigInt(body.id.slice(4));
    assert.equal(await request(id, 1n), 'not_ended');
    await app.advance(6_000);
    await eventually(async () =>
      assert.equal((await ask('GET', `/v1/orders/ord_${id}`)).body.status, 'delivered'),
    );
    const decision = { orderId: id, outcome: 'failed', evidence: 'none', actor: 'ada' } as const;
    assert.equal(await requestDecision(engine(), decision), 'not_in_review');
  });

  it('what a reversal gives after it is the rest', async () => {
    const id = await order('9011');
    await corrected(id, 660n);
    await app.advance(12_000);
    await eventually(async () =>
      assert.deepEqual(await gains(id), [
        ['CORRECTION', 660n],
        ['OPERATOR_REVERSAL', 660n],
      ]),
    );
  });

  it('a reversal that comes before the approval overtakes it', async () => {
    const id = await order('9011');
    assert.equal(await request(id, 1n), 'requested');
    await app.advance(12_000);
    await eventually(async () => assert.deepEqual(await gains(id), [['OPERATOR_REVERSAL', COST]]));
    assert.equal(await approve(id), 'approved');
    await ends(id, 'overtaken');
    assert.deepEqual(await gains(id), [['OPERATOR_REVERSAL', COST]]);
  });

  it('takes back a refund that was made in error; what an API has called refunded stays so', async () => {
    const id = await order();
    await refunded(id);
    const had = await posted();
    assert.equal(await request(id, -COST - 1n), 'more_than_given_back');
    await corrected(id, -COST);
    assert.equal((await posted()) - had, -COST);
    const { body } = await ask('GET', `/v1/orders/ord_${id}`);
    assert.equal(body.adjustments[1].amount.value, '-13.20');
    const reloadly = await app.request('GET', `/topups/${id}/status`, {
      headers: await bearerOf(app, as.client),
    });
    assert.equal(reloadly.body.status, 'REFUNDED');
  });

  it('takes no more than the wallet has, at the request and when it is carried out', async () => {
    const poor = await makeAccount(app, { plan: 'sandbox', funds: { USD: COST } });
    const id = await order('7111', poor);
    await refunded(id, poor);
    assert.equal(await request(id, -COST), 'requested');
    await order('7112', poor);
    assert.equal(await posted(poor), 0n);
    assert.equal(await approve(id), 'approved');
    await ends(id, 'overtaken');
    assert.equal(await request(id, -1n), 'more_than_available');
    assert.equal(await posted(poor), 0n);
  });

  it('money that is spent while it is being taken is not taken: the wallet’s constraint stands behind', async () => {
    const poor = await makeAccount(app, { plan: 'sandbox', funds: { USD: COST } });
    const id = await order('7111', poor);
    await refunded(id, poor);
    assert.equal(await request(id, -COST), 'requested');
    const spender = new Client({ connectionString: app.db.superuserUrl });
    await spender.connect();
    await spender.query('begin');
    await spender.query(
      "select toprail.fund_wallet($1, $2, $3, -1, gen_random_uuid(), gen_random_uuid(), 'spent', 'test')",
      [poor.accountId, poor.wallets['USD'], engine().mint.next()],
    );
    assert.equal(await approve(id), 'approved');
    app.app.services.workSoon();
    await eventually(async () => {
      const blocked = await app.rows(
        "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%advance_orders%' and datname = current_database()",
      );
      assert.equal(blocked.length, 1);
    });
    await spender.query('commit');
    await spender.end();
    await eventually(() =>
      assert.ok(app.logged.some((line) => line.includes('a decision could not be carried out'))),
    );
    assert.equal(await posted(poor), COST - 1n);
    await app.advance(31_000); // its claim is over
    await ends(id, 'overtaken');
    assert.deepEqual(await gains(id), [['DISPUTE_REFUND', COST]]);
  });

  describe('verify', () => {
    const PLANTS = {
      'a correction that nobody decided': "delete from review_decisions where outcome = 'corrected'",
      'one that nobody else approved':
        "update review_decisions set approved_by = null, approved_at = null where outcome = 'corrected'",
      'one of another amount': "update review_decisions set amount = amount + 1 where ending = 'applied'",
      'one that was decided and never made': "delete from adjustments where cause = 'CORRECTION'",
      'more given back than was paid':
        "update adjustments set amount = 1400 where cause = 'OPERATOR_REVERSAL'",
      'more taken than was given': "delete from adjustments where cause = 'DISPUTE_REFUND'",
    };
    for (const [what, sql] of Object.entries(PLANTS))
      it(`finds ${what}`, async () => assert.ok((await foundAfter(app.db, sql)).includes('M5 corrections')));
  });
});
