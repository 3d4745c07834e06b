import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MADE_CANDIDATE as DELIVERED, SENT_AT_MS as SENT_AT } from '../../test/harness/made-candidate.ts';
import { type Judgement, judge, type KeptLine, type Terms } from './judge.ts';
import type { Candidate } from './match.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const TERMS: Terms = {
  epoch: 2,
  period: { fromMs: SENT_AT - DAY, toMs: SENT_AT + DAY },
  windowMs: 15 * MINUTE,
  costTolerance: 1n,
};
type Line = Extract<KeptLine, { kind: 'line' }>;
const LINE: Line = {
  kind: 'line',
  isNamed: true,
  verdict: 'delivered',
  amount: 1000n,
  currency: 'HTG',
  cost: { amount: 920n, currency: 'HTG' },
  atMs: SENT_AT,
};
const OPEN: Partial<Candidate> = { state: 'UNKNOWN', delivered: undefined, heardDelivered: false };
const REFUSED: Partial<Candidate> = { state: 'REFUSED', delivered: undefined, heardDelivered: false };
const refused: Partial<Line> = { verdict: 'refused', cost: { amount: 0n, currency: 'HTG' } };
const reversed: Partial<Line> = { verdict: 'reversed' };

type Row = readonly [
  name: string,
  line: Partial<Line>,
  about: Partial<Candidate> | undefined,
  judgement: string,
];
/** `!`: its order is given it. */
const ROWS: readonly Row[] = [
  ['nothing fits', { isNamed: false }, undefined, 'missing_with_us'],
  ['a reference of ours that is none', {}, undefined, 'unknown_reference'],

  ['delivered by both', {}, {}, 'matched'],
  ['delivered and taken back, by us; delivered, in this line', {}, { isReversed: true }, 'matched'],
  ['delivered by them, open with us', {}, OPEN, 'ended!'],
  ['less of what is open', { amount: 500n, cost: { amount: 460n, currency: 'HTG' } }, OPEN, 'ended!'],
  ['more of what is open', { amount: 1001n }, OPEN, 'amount!'],
  ['delivered after a contradiction', {}, { ...OPEN, state: 'CONFLICT' }, 'ended!'],
  ['delivered by them, refused with us', {}, REFUSED, 'late!'],
  ['late, and our books know', {}, { ...REFUSED, isLate: true, heardDelivered: true }, 'matched'],
  ['a second late one of an order', {}, { ...REFUSED, isLate: true }, 'late!'],
  ['delivered by them, never sent by us', {}, { ...OPEN, state: 'READY', sentAtMs: undefined }, 'status'],
  [
    'sent in a time that we have lost',
    {},
    { ...OPEN, state: 'READY', epoch: 1, sentAtMs: undefined },
    'ended!',
  ],

  ['refused by both', refused, REFUSED, 'matched'],
  ['refused by them, delivered with us', refused, {}, 'status!'],
  ['refused by them, taken back with us', refused, { isReversed: true }, 'matched'],
  ['refused by them, open with us', refused, OPEN, 'ended!'],
  [
    'refused, and so a delivery that stopped the next try is denied',
    refused,
    { ...REFUSED, inReview: true, heardDelivered: true },
    'ended!',
  ],
  ['refused by them, never sent by us', refused, { ...OPEN, state: 'READY', sentAtMs: undefined }, 'matched'],

  ['taken back, which we did not know', reversed, {}, 'reversed!'],
  ['taken back by both', reversed, { isReversed: true }, 'matched'],
  ['taken back before we knew that it was delivered', reversed, OPEN, 'reversed!'],
  ['taken back, and failed with us', reversed, REFUSED, 'matched'],
  ['taken back what we have booked as a loss', reversed, { ...REFUSED, isLate: true }, 'reversed'],
  ['taken back in part', { ...reversed, amount: 400n }, {}, 'amount'],
  ['a part of what is open taken back', { ...reversed, amount: 400n }, OPEN, 'amount'],
  ['taken back days later', { ...reversed, atMs: SENT_AT + DAY - 1 }, { isReversed: true }, 'matched'],

  ['not as much as our books say', { amount: 999n }, {}, 'amount'],
  [
    'the part that our books say',
    { amount: 500n, cost: { amount: 460n, currency: 'HTG' } },
    { delivered: 500n },
    'matched',
  ],
  ['another currency', { currency: 'USD' }, {}, 'currency'],
  ['another currency of what is open is not believed', { currency: 'USD' }, OPEN, 'currency'],
  ['charged otherwise', { cost: { amount: 922n, currency: 'HTG' } }, {}, 'fee'],
  ['charged as it may round', { cost: { amount: 921n, currency: 'HTG' } }, {}, 'matched'],
  ['charged in another currency', { cost: { amount: 920n, currency: 'USD' } }, {}, 'fee'],
  ['charged for what is open', { cost: { amount: 1000n, currency: 'HTG' } }, OPEN, 'fee!'],
  ['charged for a refusal', { ...refused, cost: { amount: 5n, currency: 'HTG' } }, REFUSED, 'fee'],
  ['no word of what it costs', { cost: undefined }, {}, 'matched'],
  ['far from our send', { atMs: SENT_AT + 16 * MINUTE }, {}, 'out_of_window'],
  ['near enough', { atMs: SENT_AT - 15 * MINUTE }, {}, 'matched'],
  ['outside the statement', { ...reversed, atMs: SENT_AT + DAY }, { isReversed: true }, 'out_of_window'],

  ['said before', {}, { told: ['delivered'] }, 'duplicate'],
  ['delivered, then taken back', reversed, { told: ['delivered'] }, 'reversed!'],

  ['what only looks alike agrees', { isNamed: false }, { by: 'recipient' }, 'matched'],
  ['what only looks alike ends nothing', { isNamed: false }, { ...OPEN, by: 'recipient' }, 'status'],
  ['what only looks alike adjusts nothing', { isNamed: false }, { ...REFUSED, by: 'recipient' }, 'late'],
  [
    'their own reference is as good as ours',
    { isNamed: false },
    { ...OPEN, by: 'their_reference' },
    'ended!',
  ],

  // One class each, by precedence.
  ['twice, and in another currency', { currency: 'USD' }, { told: ['delivered'] }, 'duplicate'],
  ['another currency and amount', { currency: 'USD', amount: 1n }, {}, 'currency'],
  ['another amount and charge', { amount: 1n, cost: { amount: 1n, currency: 'HTG' } }, {}, 'amount'],
  ['late and far from our send', { atMs: SENT_AT + 20 * MINUTE }, REFUSED, 'late!'],
  ['another charge and far from our send', { cost: { amount: 1n, currency: 'HTG' }, atMs: 0 }, {}, 'fee'],
];

const text = ({ outcome, isEvidence }: Judgement) => `${outcome}${isEvidence ? '!' : ''}`;

for (const [name, line, about, judgement] of ROWS) {
  test(`judge: ${name}`, () => {
    assert.equal(text(judge({ ...LINE, ...line }, about && { ...DELIVERED, ...about }, TERMS)), judgement);
  });
}

test('judge: what cannot be read is that and nothing else', () => {
  assert.equal(text(judge({ kind: 'malformed' }, undefined, TERMS)), 'malformed');
});

test('judge: a statement that does not say its period has nothing outside', () => {
  const line = { ...LINE, ...reversed, atMs: 0 };
  assert.equal(
    text(judge(line, { ...DELIVERED, isReversed: true }, { ...TERMS, period: undefined })),
    'matched',
  );
});
