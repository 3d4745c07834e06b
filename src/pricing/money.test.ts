/** The prices that docs/MONEY.md computes by hand are what `quotePrice` makes, to the minor unit. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { currencyOf } from '../core/currency.ts';
import type { AccountId } from '../core/ids.ts';
import { formatAmount, parseAmount } from '../core/money.ts';
import { quotePrice } from './price.ts';
import { ResellerTree } from './reseller-tree.ts';

const COLUMNS = 'send receive mid margin mode percent own shares fee tax cost'.split(' ');
type Row = Record<string, string>;

function readTable(): Row[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs/MONEY.md'), 'utf8');
  const lines = text.split('\n');
  const head = lines.findIndex((line) => line.startsWith('| send | receive |'));
  const rows = lines.slice(head + 2);
  return rows.slice(0, rows.indexOf('')).map((line) => {
    const cells = line.split('|').slice(1, -1);
    return Object.fromEntries(COLUMNS.map((name, index) => [name, cells[index]?.trim() ?? '']));
  });
}

/** `15.00 USD *` */
function readAmount(text: string) {
  const [digits = '', code = '', mark] = text.split(' ');
  const { exponent } = currencyOf(code);
  const minor = parseAmount(digits, exponent);
  assert.ok(minor !== undefined, text);
  return { minor, code, exponent, isGiven: mark === '*' };
}

describe('prices by hand', () => {
  const rows = readTable();
  assert.ok(rows.length >= 10);
  for (const row of rows) {
    it(`${row['send']} for ${row['receive']} at ${row['percent']} %`, () => {
      const [send, receive] = [readAmount(row['send'] ?? ''), readAmount(row['receive'] ?? '')];
      const [rootPercent = '', ...margins] = (row['percent'] ?? '').split('-');
      const line = [0, ...margins].map((_, level) => BigInt(level + 1) as AccountId);
      const tree = new ResellerTree(
        margins.map((percent, level) => ({
          childId: BigInt(level + 2),
          operatorId: undefined,
          productType: undefined,
          percent,
        })),
      );
      const { percent, shares } = tree.share(line, { operatorId: 1, productType: 'airtime' }, rootPercent);
      const fee = /^([\d.]+) \+ ([\d.]+) %/.exec(row['fee'] ?? '');
      const tax = /^([\d.]+) %/.exec(row['tax'] ?? '');
      const quote = quotePrice({
        amount: send.isGiven
          ? { mode: 'send', minor: send.minor }
          : { mode: 'receive', minor: receive.minor },
        wallet: { currency: send.code, exponent: send.exponent },
        operator: { currency: receive.code, exponent: receive.exponent },
        denomination: { kind: 'range', min: 1n, max: 10n ** 12n },
        exchange: { mid: row['mid'] ?? '', version: 'by hand', marginPercent: row['margin'] ?? '' },
        priceRate: { percent, ruleId: 'by hand', mode: row['mode'] as 'discount' | 'commission', shares },
        fee: { fixed: fee ? readAmount(`${fee[1]} ${send.code}`).minor : 0n, percent: fee?.[2] ?? '0' },
        taxPercent: tax?.[1] ?? '0',
        providerCostPercent: '90',
      });
      assert.ok(quote.kind === 'priced');
      const { price } = quote;
      const written = (minor: bigint) => formatAmount(minor, send.exponent);
      const last = (cell: string | undefined) => cell?.split(' = ').at(-1);
      assert.equal(price.sendAmount, send.minor);
      assert.equal(price.receiveAmount, receive.minor);
      assert.equal(written(price.rateMode === 'discount' ? price.discount : price.commission), row['own']);
      assert.equal(price.shares.map(({ amount }) => written(amount)).join(' '), row['shares']);
      assert.equal(written(price.fee), last(row['fee']));
      assert.equal(written(price.tax), last(row['tax']));
      assert.equal(written(price.cost), row['cost']);
    });
  }
});
