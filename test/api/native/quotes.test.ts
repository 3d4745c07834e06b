/** Quotes: a price promised until a time, for one order, to the minor unit. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { addPriceRule } from '../../../src/pricing/settings.ts';
import { withSettings } from '../../harness/accounts.ts';
import { startApp, type TestApp } from '../../harness/app.ts';
import { type Ask, anotherAccount, nativeClient } from './native-client.ts';

const ASKED = { product: 173, amount: { value: '15.00', currency: 'USD' } };

describe('quotes of the native API', () => {
  let app: TestApp;
  let ask: Ask;
  let references = 0;
  before(async () => {
    app = await startApp();
    ask = nativeClient(app);
  });
  after(() => app.close());

  const quote = async (body: Record<string, unknown> = ASKED) => {
    const answer = await ask('POST', '/v1/quotes', { body });
    assert.equal(answer.status, 201, answer.text);
    return answer.body;
  };
  const order = (body: Record<string, unknown>, by: Ask = ask) => {
    references += 1;
    return by('POST', '/v1/orders', {
      body: { reference: `quoted-${references}`, recipient: { phone: '+50936377111' }, ...body },
    });
  };
  const setDiscount = (percent: string) =>
    withSettings(app, () =>
      addPriceRule(app.app.services.engine.database, {
        term: 'rate',
        accountId: undefined,
        operatorId: 173,
        plan: undefined,
        productType: undefined,
        percent,
        fixed: 0n,
        currency: undefined,
        startsAtMs: undefined,
        endsAtMs: undefined,
      }),
    );

  it('an order with a quote gets exactly that, whatever has become of the price list', async () => {
    const promised = await quote();
    assert.equal(promised.cost.value, '13.20');
    await setDiscount('1');
    const plain = await order(ASKED);
    assert.equal(plain.body.cost.value, '14.85');
    const quoted = await order({ quote: promised.id });
    assert.equal(quoted.status, 201, quoted.text);
    for (const figure of ['send', 'receive', 'fx_rate', 'fx_version', 'discount', 'fee', 'tax', 'cost']) {
      assert.deepEqual(quoted.body[figure], promised[figure], figure);
    }
    const used = await ask('GET', `/v1/quotes/${promised.id}`);
    assert.equal(used.body.order, quoted.body.id);
    await setDiscount('12');
  });

  it('a quote is for one order; the same order again is the same answer', async () => {
    const { id } = await quote();
    const body = { reference: 'quoted-once', quote: id };
    const first = await order(body);
    assert.equal(first.status, 201);
    const replay = await order(body);
    assert.equal(replay.status, 200);
    assert.equal(replay.text, first.text);
    const other = await order({ quote: id });
    assert.equal(other.status, 409);
    assert.equal(other.body.code, 'quote_used');
  });

  it('of 50 orders for one quote at once, one is placed', async () => {
    const { id } = await quote();
    const answers = await Promise.all(Array.from({ length: 50 }, () => order({ quote: id })));
    assert.equal(answers.filter(({ status }) => status === 201).length, 1);
    assert.equal(answers.filter(({ body }) => body.code === 'quote_used').length, 49);
  });

  it('past its time it is refused, and nothing is held', async () => {
    const { id } = await quote({ ...ASKED, valid_seconds: 5 });
    await app.advance(5_001);
    const late = await order({ quote: id });
    assert.equal(late.status, 409);
    assert.equal(late.body.code, 'quote_expired');
    const kept = await ask('GET', `/v1/quotes/${id}`);
    assert.equal(kept.body.order, null);
  });

  it('an order that the wallet cannot pay leaves the quote unused', async () => {
    const { ask: other } = await anotherAccount(app, { cents: 1_000n });
    const promised = await other('POST', '/v1/quotes', { body: ASKED });
    const declined = await order({ quote: promised.body.id }, other);
    assert.equal(declined.body.code, 'insufficient_balance');
    const kept = await other('GET', `/v1/quotes/${promised.body.id}`);
    assert.equal(kept.body.order, null);
  });

  it('what an order names beside its quote must be the quote’s', async () => {
    const { id } = await quote();
    for (const [more, field] of [
      [{ product: 341 }, 'product'],
      [{ amount: { value: '15.01', currency: 'USD' } }, 'amount'],
      [{ pay_with: 'INR' }, 'pay_with'],
    ] as const) {
      const refused = await order({ quote: id, ...more });
      assert.equal(refused.status, 400, refused.text);
      assert.equal(refused.body.issues[0].field, field);
    }
    const agreeing = await order({ quote: id, ...ASKED, pay_with: 'USD' });
    assert.equal(agreeing.status, 201, agreeing.text);
    const neither = await order({});
    assert.equal(neither.body.issues[0].field, 'product');
  });

  it('a receive amount, and a minimum that is delivered', async () => {
    const promised = await quote({
      product: 173,
      amount: { value: '1963.86', currency: 'HTG' },
      pay_with: 'USD',
      minimum_delivered: { value: '1900.00', currency: 'HTG' },
    });
    assert.equal(promised.receive.value, '1963.86');
    const placed = await order({ quote: promised.id });
    assert.equal(placed.body.amount_mode, 'receive');
    assert.equal(placed.body.cost.value, promised.cost.value);
    const refused = await ask('POST', '/v1/quotes', {
      body: { ...ASKED, minimum_delivered: { value: '5000.00', currency: 'HTG' } },
    });
    assert.equal(refused.body.code, 'delivered_below_minimum');
  });

  it('a batch answers each on its own, in order', async () => {
    const { body, status } = await ask('POST', '/v1/quotes/batch', {
      body: {
        quotes: [
          ASKED,
          { ...ASKED, product: 999_999 },
          { ...ASKED, amount: { value: '0.001', currency: 'USD' } },
        ],
      },
    });
    assert.equal(status, 200);
    assert.equal(body.data[0].quote.cost.value, '13.20');
    assert.equal(body.data[1].error.code, 'product_not_found');
    assert.equal(body.data[2].error.code, 'invalid_amount');
    assert.equal((await order({ quote: body.data[0].quote.id })).status, 201);
  });

  it('regression: another account’s quote, none, or what is no id of one, is not found', async () => {
    const { id } = await quote();
    const { ask: other } = await anotherAccount(app, { cents: 100_000n });
    assert.equal((await other('GET', `/v1/quotes/${id}`)).status, 404);
    assert.equal((await order({ quote: id }, other)).body.code, 'quote_not_found');
    assert.equal((await order({ quote: 'quo_1' })).body.code, 'quote_not_found');
    assert.equal((await order({ quote: 'nonsense' })).status, 400);
    for (const wrong of ['nonsense', 'quo_0', 'quo_99999999999999999999', 'ord_1'])
      assert.equal((await ask('GET', `/v1/quotes/${wrong}`)).body.code, 'quote_not_found', wrong);
  });
});
