import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SENT_AT_MS as AT, MADE_CANDIDATE } from '../../test/harness/made-candidate.ts';
import { type Candidate, chooseCandidate } from './match.ts';

const SECOND = 1000;

function candidate(orderId: bigint, seconds: number, more: Partial<Candidate> = {}): Candidate {
  return { ...MADE_CANDIDATE, by: 'recipient', orderId, sentAtMs: AT + seconds * SECOND, ...more };
}

type Row = readonly [
  name: string,
  verdict: 'delivered' | 'refused',
  candidates: readonly Candidate[],
  order: bigint | undefined,
];
const ROWS: readonly Row[] = [
  ['none', 'delivered', [], undefined],
  ['one', 'delivered', [candidate(1n, 600)], 1n],
  ['the nearest by far', 'delivered', [candidate(1n, -600), candidate(2n, 5)], 2n],
  ['twice as far is far enough', 'delivered', [candidate(1n, 20), candidate(2n, -10)], 2n],
  ['two as near', 'delivered', [candidate(1n, 10), candidate(2n, -15)], undefined],
  ['two at the very time', 'delivered', [candidate(1n, 0), candidate(2n, 0)], undefined],
  [
    'our reference before all others',
    'delivered',
    [candidate(1n, 0), candidate(2n, 900, { by: 'our_reference' })],
    2n,
  ],
  [
    'theirs before what looks alike',
    'delivered',
    [candidate(1n, 0), candidate(2n, 900, { by: 'their_reference' })],
    2n,
  ],
  [
    'of the tries of one order, the one that delivered',
    'delivered',
    [
      candidate(1n, 0, { state: 'REFUSED' }),
      candidate(1n, 1, { attempt: 2, state: 'REFUSED' }),
      candidate(1n, 3, { attempt: 3 }),
    ],
    1n,
  ],
  [
    'a refusal is of what did not deliver',
    'refused',
    [candidate(1n, 0), candidate(2n, 5, { state: 'REFUSED' })],
    2n,
  ],
  [
    'what another line has taken is left to it',
    'delivered',
    [candidate(1n, 0, { told: ['delivered'] }), candidate(2n, 600)],
    2n,
  ],
  [
    'all are taken: the nearest, as a repetition',
    'delivered',
    [candidate(1n, 0, { told: ['delivered'] }), candidate(2n, 600, { told: ['delivered'] })],
    1n,
  ],
  ['the same, in the words of a refusal', 'refused', [candidate(1n, 0, { told: ['delivered'] })], 1n],
];

for (const [name, verdict, candidates, order] of ROWS) {
  test(`match: ${name}`, () => {
    assert.equal(chooseCandidate({ verdict, atMs: AT }, candidates)?.orderId, order);
  });
}
