import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../../../../core/errors.ts';
import { readHeader, rowOf } from './csv-record.ts';

test('a row has the members that its cells give', () => {
  const columns = readHeader([
    'currency',
    'amount',
    'recipient',
    ' reference ',
    'operator',
    'deadline_seconds',
    'minimum_delivered',
    'minimum_delivered_currency',
  ]);
  assert.deepEqual(rowOf(columns, ['USD', '1.50', '+50936377111', 'a', '173', '', '100', 'HTG']), {
    reference: 'a',
    operator: 173,
    recipient: { phone: '+50936377111' },
    amount: { value: '1.50', currency: 'USD' },
    minimum_delivered: { value: '100', currency: 'HTG' },
  });
  assert.deepEqual(rowOf(columns, ['', '1', 'a@b.example', '', '0x1', '60', '', '']), {
    operator: '0x1',
    recipient: { email: 'a@b.example' },
    amount: { value: '1', currency: undefined },
    deadline_seconds: 60,
  });
});

test('players and account numbers have columns of their own', () => {
  const columns = readHeader([
    'reference',
    'product',
    'player_id',
    'server',
    'account_number',
    'amount',
    'currency',
  ]);
  const row = (cells: string) => rowOf(columns, cells.split(','));
  const rest = { reference: 'a', product: 11352, amount: { value: '1', currency: 'USD' } };
  assert.deepEqual(row('a,11352,812345678,Asia,,1,USD'), {
    ...rest,
    recipient: { player_id: '812345678', server: 'Asia' },
  });
  assert.deepEqual(row('a,11352,,,1234567890,1,USD'), {
    ...rest,
    recipient: { account_number: '1234567890' },
  });
});

test('a header names what is wrong with it', () => {
  assert.throws(
    () => readHeader(['reference', 'recipient', 'recipient', 'colour']),
    (error) =>
      error instanceof Refusal &&
      assert.deepEqual(
        error.issues.map(({ field }) => field),
        ['colour', 'recipient', 'amount', 'currency', 'product'],
      ) === undefined,
  );
});
