import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Candidate } from './catalogue.ts';
import { rankCandidates } from './rank.ts';

const FROM_DATA: readonly Candidate[] = [
  { operatorId: 1, confidence: 'prefix' },
  { operatorId: 2, confidence: 'country' },
  { operatorId: 3, confidence: 'country' },
];
const ranked = (operatorId: number | undefined, notOperators: readonly number[]) =>
  rankCandidates(FROM_DATA, { operatorId, notOperators }).map((one) => `${one.operatorId} ${one.confidence}`);

test('nothing learnt: as the catalogue has it', () => {
  assert.deepEqual(rankCandidates(FROM_DATA, undefined), FROM_DATA);
});

test('who has delivered stands first, and the range proves nothing any more', () => {
  assert.deepEqual(ranked(3, []), ['3 ported', '1 country', '2 country']);
});

test('who has refused stands last; a range that its holder disowns is a guess like any other', () => {
  assert.deepEqual(ranked(undefined, [1]), ['2 country', '3 country', '1 country']);
  assert.deepEqual(ranked(undefined, [2]), ['1 prefix', '3 country', '2 country']);
  assert.deepEqual(ranked(3, [1]), ['3 ported', '2 country', '1 country']);
});

test('a learnt operator that is sold no longer is nobody', () => {
  assert.deepEqual(ranked(9, []), ['1 country', '2 country', '3 country']);
});
