/** A batch whose first commit may have happened, or which decides about one reference twice. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { type Acceptance, acceptOrders } from '../../src/orders/accept-store.ts';
import type { Draft } from '../../src/orders/draft.ts';
import { loadOrders } from '../../src/orders/store.ts';
import { Batcher } from '../../src/platform/batcher.ts';
import { createDatabase } from '../../src/platform/postgres.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';
import { draftOf, topUp } from '../harness/orders.ts';

const TERMS = { retried: false, leaseSeconds: 20 };
const FORTUNE = 10n ** 15n;

describe('intake when a commit is ambiguous or a reference comes twice', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  const draft = (more: Parameters<typeof topUp>[1] = {}): Promise<Draft> =>
    draftOf(app.app.services.engine, topUp(app, more));
  const tooDear = (one: Draft): Draft => ({
    ...one,
    price: { ...one.price, sendAmount: FORTUNE, discount: 0n, cost: FORTUNE },
  });

  it('a batch that is run again keeps the recipients of its orders, though another draft of it is declined', async () => {
    const { engine } = app.app.services;
    const good = await draft({ recipient: { kind: 'phone', value: '+50936370201' } });
    const dear = tooDear(await draft({ recipient: { kind: 'phone', value: '+50936370202' } }));
    const first = await engine.store.accept([good, dear], TERMS);
    assert.deepEqual(
      first.map(({ outcome }) => outcome),
      ['accepted', 'insufficient_balance'],
    );
    const again = await engine.store.accept([good, dear], { ...TERMS, retried: true });
    assert.deepEqual(
      again.map(({ outcome }) => outcome),
      ['accepted', 'insufficient_balance'],
    );
    const read = await loadOrders(engine.database, engine.vault, [good.id]);
    assert.equal(read.length, 1, 'the order can be read');
    assert.equal(read[0]?.facts.recipient?.value, '+50936370201');
  });

  // Found by the simulation: the server worked off a batch whose client had given it up and run it again.
  it('a batch that arrives when its second run has committed takes nothing back', async () => {
    const { engine } = app.app.services;
    const one = await draft({ reference: 'late', recipient: { kind: 'phone', value: '+50936370204' } });
    const [second] = await engine.store.accept([one], { ...TERMS, retried: true });
    assert.equal(second?.outcome, 'accepted');
    await assert.rejects(engine.store.accept([tooDear(one)], TERMS), { code: '23505' });
    const standing = await engine.store.findReference(one.accountId, one.referenceHash ?? '');
    assert.equal(standing?.orderId, one.id, 'the reference stands for its order');
    assert.equal((await loadOrders(engine.database, engine.vault, [one.id])).length, 1, 'with its recipient');
  });

  it('the twin of a declined draft in one batch is decided by itself, never a replay of an order that is not there', async () => {
    const { engine } = app.app.services;
    const twins = await Promise.all([draft({ reference: 'twin' }), draft({ reference: 'twin' })]);
    const outcomes = await engine.store.accept(twins.map(tooDear), TERMS);
    assert.deepEqual(
      outcomes.map(({ outcome }) => outcome),
      ['insufficient_balance', 'insufficient_balance'],
    );
  });

  it('a declined draft does not keep its reference from another content in the same batch', async () => {
    const { engine } = app.app.services;
    const [dear, cheap] = await Promise.all([
      draft({ reference: 'shared', recipient: { kind: 'phone', value: '+50936370203' } }),
      draft({ reference: 'shared' }),
    ]);
    const outcomes = await engine.store.accept([tooDear(dear), cheap], TERMS);
    for (const { outcome, orderId } of outcomes) {
      if (outcome !== 'reused' && outcome !== 'replayed') continue;
      assert.equal(
        (await app.rows('select 1 from orders where id = $1', [orderId])).length,
        1,
        `${outcome} names an order`,
      );
    }
  });

  it('the same order is told with the same time when its batch is run again', async () => {
    const { engine } = app.app.services;
    const one = await draft();
    const [first] = await engine.store.accept([one], TERMS);
    await app.advance(5_000);
    const [again] = await engine.store.accept([one], { ...TERMS, retried: true });
    assert.equal(again?.acceptedAtMs, first?.acceptedAtMs);
  });

  it('a batch of one that is run again while its first run still commits is accepted, once', async () => {
    const { engine } = app.app.services;
    // Over a connection of its own, as after a lost one.
    const database = createDatabase({ url: app.db.appUrl, poolMax: 1, applicationName: 'again' });
    const blocker = new Client({ connectionString: app.db.superuserUrl });
    await blocker.connect();
    try {
      await blocker.query('begin; select 1 from toprail.event_counter for update');
      let runs = 0;
      let first: Promise<unknown> = Promise.resolve();
      const batcher = new Batcher<Draft, Acceptance>({
        clock: engine.clock,
        rowsMax: 512,
        lanes: 1,
        queueMax: 10,
        reconnectAfterMs: [1],
        run: async (items, { retried }) => {
          runs += 1;
          if (runs > 1) return acceptOrders(database, items, { ...TERMS, retried });
          first = engine.store.accept(items, { ...TERMS, retried });
          await waiting(1); // the server works on it; the client's connection is lost
          throw Object.assign(new Error('Connection terminated unexpectedly'), { code: '08006' });
        },
      });
      const outcome = batcher.submit(await draft({ reference: 'overlap' }));
      outcome.catch(() => {});
      await waiting(2);
      await blocker.query('commit');
      await first;
      assert.equal((await outcome).outcome, 'accepted');
    } finally {
      await blocker.end();
      await database.end();
    }
  });

  /** So many batches wait for a lock. */
  async function waiting(count: number): Promise<void> {
    await eventually(async () => {
      const rows = await app.rows(
        "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%accept_orders%'",
      );
      assert.equal(rows.length, count);
    });
  }
});
