import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Acceptance } from '../../src/orders/accept-store.ts';
import type { Draft } from '../../src/orders/draft.ts';
import { Batcher } from '../../src/platform/batcher.ts';
import { startApp, type TestApp } from '../harness/app.ts';
import { draftOf, sandboxAccount, topUp } from '../harness/orders.ts';

const TERMS = { retried: false, leaseSeconds: 20 };

describe('intake batches', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  const drafts = (count: number, more: Parameters<typeof topUp>[1] = {}): Promise<Draft[]> =>
    Promise.all(Array.from({ length: count }, () => draftOf(app.app.services.engine, topUp(app, more))));
  const stored = async (ids: readonly bigint[]) =>
    (await app.rows<{ id: bigint }>('select id from orders where id = any ($1)', [ids])).length;

  it('a poisoned draft among 511 good ones fails alone', async () => {
    const good = await drafts(511);
    const [poisoned] = await drafts(1);
    assert.ok(poisoned);
    const batch = [...good.slice(0, 200), { ...poisoned, pricingText: '{' }, ...good.slice(200)];
    const { intake } = app.app.services.engine;
    const outcomes = await Promise.allSettled(batch.map((draft) => intake.submit(draft)));
    const failed = outcomes.filter((one) => one.status === 'rejected');
    assert.equal(failed.length, 1);
    assert.equal(outcomes[200]?.status, 'rejected');
    assert.equal(await stored(good.map(({ id }) => id)), 511);
    assert.equal(await stored([poisoned.id]), 0);
  });

  it('a commit whose answer is lost is recognised when the batch is run again', async () => {
    const { store, clock } = app.app.services.engine;
    const batch = [
      ...(await drafts(20)),
      ...(await Promise.all(
        [1, 2].map((n) => draftOf(app.app.services.engine, topUp(app, { reference: `lost-${n}` }))),
      )),
    ];
    const before_ = await balance();
    let runs = 0;
    const batcher = new Batcher<Draft, Acceptance>({
      clock,
      rowsMax: 512,
      lanes: 1,
      queueMax: 1000,
      reconnectAfterMs: [1],
      run: async (items, { retried }) => {
        const accepted = await store.accept(items, { ...TERMS, retried });
        runs += 1;
        if (runs === 1)
          throw Object.assign(new Error('Connection terminated unexpectedly'), { code: '08006' });
        return accepted;
      },
    });
    const outcomes = await Promise.all(batch.map((draft) => batcher.submit(draft)));
    assert.equal(runs, 2);
    assert.deepEqual([...new Set(outcomes.map(({ outcome }) => outcome))], ['accepted']);
    assert.deepEqual(
      outcomes.map(({ orderId }) => orderId),
      batch.map(({ id }) => id),
    );
    assert.ok(
      outcomes.every((one) => one.balanceBefore !== undefined),
      'the balance of the first time is told',
    );
    assert.equal(
      before_.held + batch.reduce((sum, { price }) => sum + price.cost, 0n),
      (await balance()).held,
    );
  });

  it('two batches with opposite lock orders never wait for each other in a circle', async () => {
    const { engine } = app.app.services;
    const wallets = ['USD', 'INR', 'NGN'];
    for (let round = 0; round < 25; round++) {
      const make = (suffix: string) =>
        Promise.all(
          wallets.flatMap((walletCurrency, at) =>
            [1, 2].map((n) =>
              draftOf(
                engine,
                topUp(app, {
                  walletCurrency,
                  amount: { mode: 'receive', minor: 50_000n },
                  recipient: { kind: 'phone', value: `+509363771${at}${n}` },
                  reference: `circle-${round}-${at}-${n}${suffix}`,
                }),
              ),
            ),
          ),
        );
      // The same references in one of the pairs, so that the references collide too.
      const [left, right, twin] = await Promise.all([make(''), make('x'), make('')]);
      const runs = await Promise.all([
        engine.store.accept(left, TERMS),
        engine.store.accept(right.toReversed(), TERMS),
        engine.store.accept(twin.toReversed(), TERMS),
      ]);
      const outcomes = runs.map((run) => run.map(({ outcome }) => outcome));
      assert.ok(outcomes[1]?.every((outcome) => outcome === 'accepted'));
      const pairs = outcomes[0]?.map((outcome, index) =>
        [outcome, outcomes[2]?.[left.length - 1 - index]].sort((a, b) => (String(a) < String(b) ? -1 : 1)),
      );
      assert.ok(
        pairs?.every(([a, b]) => a === 'accepted' && b === 'replayed'),
        JSON.stringify(pairs),
      );
    }
  });

  it('a declined draft leaves nothing behind, its recipient and reference included', async () => {
    const { engine } = app.app.services;
    const count = () =>
      app.rows(
        'select (select count(*) from recipients) r, (select count(*) from order_references) f, (select count(*) from orders) o, (select last_id from event_counter) e',
      );
    const before_ = await count();
    const dear = await draftOf(
      engine,
      topUp(app, { recipient: { kind: 'phone', value: '+50936370099' }, reference: 'too-dear' }),
    );
    const [outcome] = await engine.store.accept(
      [{ ...dear, price: { ...dear.price, sendAmount: 10n ** 15n, discount: 0n, cost: 10n ** 15n } }],
      TERMS,
    );
    assert.equal(outcome?.outcome, 'insufficient_balance');
    assert.deepEqual(await count(), before_);
  });

  it('balances before and after follow the order in which the batch decided', async () => {
    const { engine } = app.app.services;
    const batch = await drafts(50);
    await engine.store.accept(batch, TERMS);
    const rows = await app.rows<{ balance_before: string; balance_after: string }>(
      'select balance_before::text, balance_after::text from orders where id = any ($1) order by id',
      [batch.map(({ id }) => id)],
    );
    for (const [index, row] of rows.entries()) {
      const next = rows[index + 1];
      if (next) assert.equal(row.balance_after, next.balance_before);
    }
  });

  async function balance(): Promise<{ held: bigint }> {
    const [row] = await app.rows<{ held: string }>(
      "select held from wallets where currency = 'USD' and account_id = $1",
      [sandboxAccount(app)],
    );
    return { held: BigInt(row?.held ?? 0) };
  }
});
