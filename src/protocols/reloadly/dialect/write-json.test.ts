import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeJson } from './write-json.ts';

const ROWS: readonly (readonly [body: unknown, text: string])[] = [
  [{ balance: 1000, currencyCode: 'USD' }, '{"balance":1000.00,"currencyCode":"USD"}'],
  [
    { oldBalance: 982.6, newBalance: 954.1, cost: 28.5 },
    '{"oldBalance":982.60,"newBalance":954.10,"cost":28.5}',
  ],
  [
    { minAmount: 5, maxAmount: 70, localMinAmount: null },
    '{"minAmount":5.00,"maxAmount":70,"localMinAmount":null}',
  ],
  [
    { fixedAmounts: [20, 0.14], localFixedAmounts: [] },
    '{"fixedAmounts":[20.00,0.14],"localFixedAmounts":[]}',
  ],
  [{ suggestedAmountsMap: { '5': 340 } }, '{"suggestedAmountsMap":{"5":340.00}}'],
  [{ suggestedAmounts: [5, 10] }, '{"suggestedAmounts":[5,10]}'],
  [
    { commission: 12, localDiscount: 0, percentage: 10.25 },
    '{"commission":12.0,"localDiscount":0.0,"percentage":10.25}',
  ],
  [{ content: [{ percentage: 0 }], size: 200 }, '{"content":[{"percentage":0.0}],"size":200}'],
  [{ requestedAmount: 15, discount: 1.8, fee: 0 }, '{"requestedAmount":15,"discount":1.8,"fee":0}'],
  [{ balance: 1.234 }, '{"balance":1.234}'],
];
for (const [body, text] of ROWS) {
  test(text, () => {
    assert.equal(writeJson(body), text);
    assert.deepEqual(JSON.parse(text), body);
  });
}
