/** Every number suffix of the sandbox, through the Reloadly and the native API, with the journal as the witness. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually, startApp, type TestApp } from '../harness/app.ts';
import { quiet } from '../harness/quiet.ts';

const SECOND = 1000;

interface Expectation {
  /** Steps by which the clock is moved until the order has ended, in seconds. */
  readonly moves: readonly number[];
  readonly native: string;
  readonly reloadly: 'SUCCESSFUL' | 'REFUNDED' | 'PROCESSING';
  readonly deliveries: number;
  readonly failure?: string;
  readonly fixable?: boolean;
  readonly adjustment?: string;
  readonly attempts?: number;
}

const SUFFIXES: Readonly<Record<string, Expectation>> = {
  '7111': { moves: [], native: 'delivered', reloadly: 'SUCCESSFUL', deliveries: 1 },
  '9000': { moves: [2], native: 'delivered', reloadly: 'SUCCESSFUL', deliveries: 1 },
  '9001': {
    moves: [],
    native: 'failed',
    reloadly: 'REFUNDED',
    deliveries: 0,
    failure: 'recipient_invalid',
    fixable: true,
  },
  '9002': {
    moves: [],
    native: 'failed',
    reloadly: 'REFUNDED',
    deliveries: 0,
    failure: 'recipient_barred',
    fixable: true,
  },
  '9003': {
    moves: [],
    native: 'failed',
    reloadly: 'REFUNDED',
    deliveries: 0,
    failure: 'recipient_of_other_operator',
    fixable: true,
  },
  '9004': {
    moves: [1, 2, 4, 8, 16, 13, 2, 15, 2],
    native: 'failed',
    reloadly: 'REFUNDED',
    deliveries: 0,
    failure: 'operator_unavailable',
    fixable: false,
  },
  '9005': { moves: [2], native: 'delivered', reloadly: 'SUCCESSFUL', deliveries: 1, attempts: 1 },
  '9006': {
    moves: [2, 3, 5, 5, 1],
    native: 'failed',
    reloadly: 'REFUNDED',
    deliveries: 0,
    failure: 'not_delivered',
    fixable: false,
    attempts: 1,
  },
  '9007': { moves: [5, 1], native: 'delivered', reloadly: 'SUCCESSFUL', deliveries: 1 },
  '9008': { moves: [5, 1], native: 'failed', reloadly: 'REFUNDED', deliveries: 0 },
  '9009': { moves: [2], native: 'delivered', reloadly: 'SUCCESSFUL', deliveries: 1 },
  '9010': { moves: [2], native: 'delivered', reloadly: 'SUCCESSFUL', deliveries: 1, attempts: 1 },
  '9011': {
    moves: [10, 1],
    native: 'delivered',
    reloadly: 'REFUNDED',
    deliveries: 1,
    adjustment: 'OPERATOR_REVERSAL',
  },
  '9012': {
    moves: [5, 1],
    native: 'failed',
    reloadly: 'REFUNDED',
    deliveries: 1,
    adjustment: 'LATE_DELIVERY',
  },
  '9013': { moves: [], native: 'delivered', reloadly: 'SUCCESSFUL', deliveries: 1, adjustment: 'PARTIAL' },
  '9014': {
    moves: [2, 3, 5, 20, 1],
    native: 'delivered',
    reloadly: 'SUCCESSFUL',
    deliveries: 1,
    attempts: 1,
  },
  '9015': { moves: [1, 2], native: 'delivered', reloadly: 'SUCCESSFUL', deliveries: 1, attempts: 3 },
};

describe('number suffixes', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  for (const [suffix, expected] of Object.entries(SUFFIXES)) {
    it(`${suffix} through both APIs: ${expected.native}, delivered ${expected.deliveries} times`, async () => {
      const [native, reloadly] = await Promise.all([placeNative(suffix), placeReloadly(suffix)]);
      for (const seconds of expected.moves) {
        await quiet(app, suffix === '9000' ? 2 : 0);
        await app.advance(seconds * SECOND);
      }
      await eventually(async () => {
        const order = (await app.request('GET', `/v1/orders/${native}`, { as: 'native' })).body;
        assert.equal(order.status, expected.native);
        assert.equal(order.failure?.code ?? undefined, expected.failure ?? order.failure?.code);
        if (expected.fixable !== undefined) assert.equal(order.failure.user_fixable, expected.fixable);
        const { body } = await app.request('GET', `/topups/${reloadly}/status`, { as: 'reloadly' });
        assert.equal(body.status, expected.reloadly);
      });
      const ids = [native.replace('ord_', ''), String(reloadly)];
      await eventually(async () => {
        for (const id of ids) {
          const delivered = app.journal(id).filter(({ event }) => event === 'delivered');
          assert.equal(delivered.length, expected.deliveries, `deliveries of ${id}`);
          const adjusted = await app.rows<{ cause: string }>(
            'select cause from adjustments where order_id = $1',
            [id],
          );
          assert.deepEqual(
            adjusted.map(({ cause }) => cause),
            expected.adjustment ? [expected.adjustment] : [],
          );
          if (expected.attempts) {
            const attempts = await app.rows('select 1 from attempts where order_id = $1', [id]);
            assert.equal(attempts.length, expected.attempts);
          }
        }
      });
    });
  }

  it('9004 is tried for the whole of its deadline and fails at it, not before', async () => {
    const id = await placeReloadlyAsync('9004');
    for (const seconds of [1, 2, 4, 8, 16, 12]) {
      await quiet(app);
      await app.advance(seconds * SECOND);
      await quiet(app);
      assert.equal((await status(id)).status, 'PROCESSING');
    }
    await app.advance(3 * SECOND);
    await eventually(async () => assert.equal((await status(id)).status, 'REFUNDED'));
    const { code } = await status(id);
    assert.equal(typeof code, 'string');
  });

  it('9006 stays PROCESSING until the rule for NOT_FOUND holds', async () => {
    const id = await placeReloadlyAsync('9006');
    for (const seconds of [2, 3, 5, 4]) {
      await quiet(app);
      await app.advance(seconds * SECOND);
      await quiet(app);
      assert.equal((await status(id)).status, 'PROCESSING', `after another ${seconds} s`);
    }
    await app.advance(2 * SECOND);
    await eventually(async () => assert.equal((await status(id)).status, 'REFUNDED'));
  });

  it('9014 stays PROCESSING until it is shown delivered', async () => {
    const id = await placeReloadlyAsync('9014');
    for (const seconds of [2, 3, 5, 10, 9]) {
      await quiet(app);
      await app.advance(seconds * SECOND);
      await quiet(app);
      assert.equal((await status(id)).status, 'PROCESSING', `after another ${seconds} s`);
    }
    await app.advance(5 * SECOND);
    await eventually(async () => assert.equal((await status(id)).status, 'SUCCESSFUL'));
  });

  async function placeNative(suffix: string): Promise<string> {
    const { status: code, body } = await app.request('POST', '/v1/orders', {
      as: 'native',
      body: {
        reference: `native-${suffix}`,
        product: 173,
        recipient: { phone: `+5093637${suffix}` },
        amount: { value: '15.00', currency: 'USD' },
        deadline_seconds: 45,
      },
    });
    assert.equal(code, 201, JSON.stringify(body));
    return body.id;
  }

  async function placeReloadly(suffix: string): Promise<number> {
    return placeReloadlyAsync(suffix);
  }

  async function placeReloadlyAsync(suffix: string): Promise<number> {
    const { status: code, body } = await app.request('POST', '/topups-async', {
      as: 'reloadly',
      body: {
        operatorId: 173,
        amount: 15,
        recipientPhone: { countryCode: 'HT', number: `+5093637${suffix}` },
      },
    });
    assert.equal(code, 200, JSON.stringify(body));
    return body.transactionId;
  }

  async function status(id: number): Promise<{ status: string; code: string | null }> {
    return (await app.request('GET', `/topups/${id}/status`, { as: 'reloadly' })).body;
  }
});
