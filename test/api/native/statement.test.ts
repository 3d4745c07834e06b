/** Statements: opening and sums make closing, and periods join without a gap. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startApp, type TestApp } from '../../harness/app.ts';
import { type Ask, anotherAccount, orderBody } from './native-client.ts';

describe('statements of the native API', () => {
  let app: TestApp;
  let ask: Ask;
  let wallet: string;
  const at: string[] = [];
  before(async () => {
    app = await startApp();
    const account = await anotherAccount(app, { cents: 10_000n });
    ({ ask, wallet } = account);
    const mark = () => at.push(new Date(app.clock.now()).toISOString());
    for (let period = 0; period < 3; period++) {
      await app.advance(60_000);
      mark();
      await app.advance(60_000);
      for (let order = 0; order < period; order++) {
        const placed = await ask('POST', '/v1/orders', { headers: { prefer: 'wait=10' }, body: orderBody() });
        assert.equal(placed.body.status, 'delivered');
      }
    }
    await app.advance(60_000);
    mark();
  });
  after(() => app.close());

  const read = async (from: string, to: string) => {
    const { status, body, text } = await ask('GET', `/v1/wallets/${wallet}/statement?from=${from}&to=${to}`);
    assert.equal(status, 200, text);
    return body;
  };

  it('a period has its balances and what moved between them', async () => {
    const body = await read('2026-01-01T00:00:00Z', at[3] ?? '');
    assert.equal(body.opening.value, '0.00');
    assert.equal(body.closing.value, '60.40');
    assert.deepEqual(body.entries, { first: 1, last: 4 });
    assert.deepEqual(
      body.sums.map((sum: { kind: string; count: number; amount: { value: string } }) => [
        sum.kind,
        sum.count,
        sum.amount.value,
      ]),
      [
        ['capture', 3, '-39.60'],
        ['funding', 1, '100.00'],
      ],
    );
  });

  it('the closing of one period is the opening of the next; an empty one has no entries', async () => {
    const periods = await Promise.all([0, 1, 2].map((n) => read(at[n] ?? '', at[n + 1] ?? '')));
    assert.deepEqual(
      periods.map(({ opening, closing }) => [opening.value, closing.value]),
      [
        ['100.00', '100.00'],
        ['100.00', '86.80'],
        ['86.80', '60.40'],
      ],
    );
    assert.equal(periods[0]?.entries, null);
    assert.deepEqual(periods[0]?.sums, []);
  });

  it('another account’s wallet is not found; a period must have its order', async () => {
    const { ask: other } = await anotherAccount(app);
    const query = `from=${at[0]}&to=${at[1]}`;
    assert.equal((await other('GET', `/v1/wallets/${wallet}/statement?${query}`)).status, 404);
    const backwards = await ask('GET', `/v1/wallets/${wallet}/statement?from=${at[1]}&to=${at[0]}`);
    assert.equal(backwards.body.issues[0].field, 'to');
    assert.equal((await ask('GET', `/v1/wallets/${wallet}/statement`)).status, 400);
  });

  for (const bound of [
    '2026-12-31T23:59:60Z',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00%2B23:59',
    '9999-12-31T23:59:59-23:59',
  ]) {
    it(`regression: ${bound} is refused, at both ends`, async () => {
      for (const query of [`from=${bound}&to=${at[1]}`, `from=${at[1]}&to=${bound}`]) {
        const answer = await ask('GET', `/v1/wallets/${wallet}/statement?${query}`);
        assert.deepEqual([answer.status, answer.body.code], [400, 'invalid_request'], query);
      }
    });
  }
});
