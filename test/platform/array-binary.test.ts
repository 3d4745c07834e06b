/** Columns in binary form are what the text form gives: PostgreSQL is asked for both. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type ColumnType, withColumns } from '../../src/platform/array-binary.ts';
import { arrayLiteral } from '../../src/platform/array-literal.ts';
import { createDatabase, type Database } from '../../src/platform/postgres.ts';
import { cloneDatabase, type TestDatabase } from '../harness/database.ts';

const UUID = '0189f7ea-ae2c-7809-8aeb-b819cf5e9e7f';

/** Values that each type can hold, and what it cannot. */
const TYPES: Record<ColumnType, { readonly holds: readonly unknown[]; readonly not: readonly unknown[] }> = {
  boolean: { holds: [true, false, false, null], not: [1, 'true'] },
  smallint: { holds: [0, -1, 32_767, -32_768, null], not: [32_768, -32_769, 1.5, '1', Number.NaN] },
  integer: { holds: [0, -1, 2 ** 31 - 1, -(2 ** 31), null], not: [2 ** 31, 0.5, 1n] },
  bigint: {
    holds: [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 12, null],
    not: [2n ** 63n, -(2n ** 63n) - 1n, 1.5, '1'],
  },
  'double precision': { holds: [0, 0.1, -1.5e300, 2 ** 53, null], not: ['1', 1n] },
  text: {
    holds: ['', 'a', 'a', 'null', '{"a,b"}', '\\', 'Grüße 😀 \u202e', 'x'.repeat(70_000), null, 'NULL'],
    not: [1, {}],
  },
  uuid: {
    holds: [UUID, UUID.toUpperCase(), null],
    not: [
      '',
      UUID.slice(1),
      UUID.replaceAll('-', ''),
      UUID.replace('-', 'x'),
      UUID.replace('0', 'g'),
      `${UUID}0`,
    ],
  },
  bytea: { holds: [Buffer.alloc(0), Buffer.from([0, 255]), Buffer.alloc(5_000, 7), null], not: ['00'] },
};

describe('a column in binary form', () => {
  let clone: TestDatabase;
  let database: Database;
  before(async () => {
    clone = await cloneDatabase();
    database = createDatabase({ url: clone.appUrl, poolMax: 3, applicationName: 'test' });
  });
  after(async () => {
    await database.end();
    await clone.drop();
  });

  const isSame = async (type: ColumnType, values: readonly unknown[]) => {
    const { rows } = await withColumns((column) =>
      database.query<{ same: boolean; count: number }>(
        `select $1::${type}[] is not distinct from $2::${type}[] as same, cardinality($1::${type}[]) as count`,
        [column(type, values, (value) => value), arrayLiteral(values)],
      ),
    );
    assert.deepEqual(rows, [{ same: true, count: values.length }]);
  };

  for (const [name, { holds, not }] of Object.entries(TYPES)) {
    const type = name as ColumnType; // a key of the table above
    it(`of ${type} holds what the text form holds`, async () => {
      await isSame(type, holds);
      await isSame(type, []);
      await isSame(type, [null, undefined]);
      await isSame(
        type,
        holds.filter((value) => value !== null),
      );
    });
    for (const value of not) {
      it(`of ${type} does not hold ${typeof value} ${String(value).slice(0, 50)}`, async () => {
        await assert.rejects(
          withColumns(async (column) => column(type, [value], (one) => one)),
          (error: Error) => error instanceof TypeError || error instanceof RangeError,
        );
      });
    }
  }

  it('refuses U+0000 as the text form does', async () => {
    for (const shape of ['binary', 'text'] as const) {
      await assert.rejects(
        withColumns((column) =>
          database.query('select $1::text[]', [
            shape === 'binary' ? column('text', ['a\0'], (value) => value) : arrayLiteral(['a\0']),
          ]),
        ),
        { code: '22021' },
      );
    }
  });

  it('is its own while others are made, and when its memory is used again', async () => {
    const texts = (mark: string) => Array.from({ length: 2_000 }, (_, index) => `${mark} ${index}`);
    const ask = (mark: string) =>
      withColumns(async (column) => {
        const [first, second] = ['first', 'second'].map((which) =>
          column('text', texts(`${mark} ${which}`), (value) => value),
        );
        await Promise.resolve();
        const { rows } = await database.query<{ first: string[]; second: string[] }>(
          'select $1::text[] as first, $2::text[] as second',
          [first, second],
          { line: 'test' },
        );
        assert.deepEqual(rows, [{ first: texts(`${mark} first`), second: texts(`${mark} second`) }]);
      });
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 20 }, (_, index) => ask(`${round}.${index}`)));
    }
  });

  it('has memory of its own when there are more values than a block holds', async () => {
    await isSame(
      'bigint',
      Array.from({ length: 100_000 }, (_, index) => BigInt(index)),
    );
  });
});
