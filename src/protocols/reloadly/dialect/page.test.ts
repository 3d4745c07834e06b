import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../../../core/errors.ts';
import { PAGE_SIZE, PAGE_SIZE_MAX, pageOf, readPage, renderPage } from './page.ts';
import { windowOf } from './transactions.ts';

const LETTERS = [...'abcdefg'];

test('a page in the middle', () => {
  const unsorted = { sorted: false, unsorted: true, empty: true };
  assert.deepEqual(
    pageOf(LETTERS, { number: 1, size: 3 }, (letter) => letter.toUpperCase()),
    {
      content: ['D', 'E', 'F'],
      pageable: { sort: unsorted, offset: 3, pageNumber: 1, pageSize: 3, paged: true, unpaged: false },
      totalElements: 7,
      totalPages: 3,
      last: false,
      first: false,
      size: 3,
      number: 1,
      numberOfElements: 3,
      sort: unsorted,
      empty: false,
    },
  );
});

const SHAPES: [name: string, total: number, number: number, expected: object][] = [
  ['the only page', 3, 0, { totalPages: 1, first: true, last: true }],
  ['the first of two', 4, 0, { totalPages: 2, first: true, last: false }],
  ['the last of two', 4, 1, { totalPages: 2, first: false, last: true }],
  ['beyond the end', 4, 9, { totalPages: 2, first: false, last: true }],
  ['of nothing', 0, 0, { totalPages: 0, first: true, last: true }],
];
for (const [name, total, number, expected] of SHAPES) {
  test(`the page ${name}`, () => {
    const { totalPages, first, last, sort } = renderPage([], { number, size: 3, total, sorted: true });
    assert.deepEqual({ totalPages, first, last }, expected);
    assert.deepEqual(sort, { sorted: true, unsorted: false, empty: false });
  });
}

const READ: [query: Record<string, string>, number: number, size: number][] = [
  [{}, 0, PAGE_SIZE],
  [{ page: '0' }, 0, PAGE_SIZE],
  [{ page: '1' }, 0, PAGE_SIZE],
  [{ page: '2', size: '5' }, 1, 5],
  [{ size: '999999' }, 0, PAGE_SIZE_MAX],
  [{ page: '', size: '' }, 0, PAGE_SIZE],
];
for (const [query, number, size] of READ) {
  test(`${JSON.stringify(query)} asks for page ${number} of ${size}`, () => {
    assert.deepEqual(readPage(query), { number, size });
  });
}

for (const query of [
  { size: '0' },
  { size: '-1' },
  { page: '-1' },
  { page: '1.5' },
  { page: 'first' },
  { page: '9999999999' },
  { page: ['1', '2'] },
]) {
  test(`${JSON.stringify(query)} is refused`, () => {
    assert.throws(
      () => readPage(query),
      (error) => error instanceof Refusal && error.code === 'invalid_request',
    );
  });
}

const WINDOWS: [number: number, order: 'asc' | 'desc', expected: { limit: number; offset: number }][] = [
  [0, 'desc', { limit: 3, offset: 0 }],
  [2, 'desc', { limit: 1, offset: 6 }],
  [0, 'asc', { limit: 3, offset: 4 }],
  [1, 'asc', { limit: 3, offset: 1 }],
  [2, 'asc', { limit: 1, offset: 0 }],
  [3, 'asc', { limit: 0, offset: 0 }],
];
for (const [number, order, expected] of WINDOWS) {
  test(`page ${number} of three in seven, ${order}`, () => {
    assert.deepEqual(windowOf({ number, size: 3 }, { total: 7, order }), expected);
  });
}
