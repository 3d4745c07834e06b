import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TopupAnswer } from '../wire.ts';
import { SANDBOX_CAPABILITY } from './capability.ts';
import { readAnswer } from './read-answer.ts';

const GOOD: TopupAnswer = {
  reference: '1-100-1',
  status: 'delivered',
  code: 'DELIVERED',
  provider_reference: 'SIM-1',
  delivered_amount: '10.01',
};
const VOUCHER = { code: '1', serial: '2', validity: '', ivr: '', instructions: [] };
const question = { reference: '1-100-1', capability: SANDBOX_CAPABILITY, exponent: 2 } as const;

/** What is answered, and what the switch may believe of it. */
const ROWS: readonly {
  readonly source?: 'query';
  readonly status?: number;
  readonly body: unknown;
  readonly verdict: string;
  readonly code: string;
}[] = [
  { body: GOOD, verdict: 'delivered', code: 'DELIVERED' },
  { body: { ...GOOD, status: 'reversed', code: 'REVERSED' }, verdict: 'reversed', code: 'REVERSED' },
  { body: { ...GOOD, status: 'refused', code: 'BARRED' }, verdict: 'refused', code: 'BARRED' },
  { body: { ...GOOD, status: 'pending', code: 'PENDING' }, verdict: 'pending', code: 'PENDING' },
  // Not in the capability record: nothing is proven by it, and a person can map it.
  { body: { ...GOOD, status: 'refused', code: 'TRY_LATER' }, verdict: 'unmapped', code: 'TRY_LATER' },
  { body: { ...GOOD, status: 'refused', code: 'TO_STRING' }, verdict: 'unmapped', code: 'TO_STRING' },
  { body: { ...GOOD, status: 'pending', code: 'BARRED' }, verdict: 'unmapped', code: 'BARRED' },
  // About something else, or not readable to the last member.
  { body: { ...GOOD, reference: '1-100-2' }, verdict: 'unknown', code: 'OTHER_REFERENCE' },
  { body: { ...GOOD, delivered_amount: '10.001' }, verdict: 'unknown', code: 'UNREADABLE_AMOUNT' },
  { body: { ...GOOD, delivered_amount: '0.00' }, verdict: 'unknown', code: 'UNREADABLE_AMOUNT' },
  { body: { ...GOOD, delivered_amount: 10 }, verdict: 'unknown', code: 'UNREADABLE_ANSWER' },
  { body: { ...GOOD, status: 'ok' }, verdict: 'unknown', code: 'UNREADABLE_ANSWER' },
  { body: { ...GOOD, more: 1 }, verdict: 'unknown', code: 'UNREADABLE_ANSWER' },
  { body: '<html>', verdict: 'unknown', code: 'UNREADABLE_ANSWER' },
  { body: '', verdict: 'unknown', code: 'UNREADABLE_ANSWER' },
  // Other statuses.
  { status: 409, body: { code: 'REFERENCE_CONFLICT' }, verdict: 'unknown', code: 'REFERENCE_CONFLICT' },
  { status: 404, body: { code: 'NOT_FOUND' }, verdict: 'unknown', code: 'NOT_FOUND' },
  { status: 500, body: 'oops', verdict: 'unknown', code: 'HTTP_500' },
  { status: 503, body: GOOD, verdict: 'unknown', code: 'HTTP_503' },
  { status: 201, body: GOOD, verdict: 'unknown', code: 'HTTP_201' },
  { status: 302, body: '', verdict: 'unknown', code: 'HTTP_302' },
  { source: 'query', status: 404, body: { code: 'NOT_FOUND' }, verdict: 'not_found', code: 'NOT_FOUND' },
  { source: 'query', status: 404, body: '<html>', verdict: 'unknown', code: 'HTTP_404' },
  { source: 'query', status: 404, body: { code: 'NO_ROUTE' }, verdict: 'unmapped', code: 'NO_ROUTE' },
];

for (const { source = 'submit', status = 200, body, verdict, code } of ROWS) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  test(`${source} ${status} ${text} is ${verdict} ${code}`, () => {
    const answered = { kind: 'answered', status, headers: {}, body: Buffer.from(text) } as const;
    const evidence = readAnswer({ ...question, source }, answered);
    assert.deepEqual([evidence.source, evidence.verdict, evidence.code], [source, verdict, code]);
    assert.match(evidence.rawHash ?? '', /^[0-9a-f]{64}$/);
    assert.equal(evidence.deliveredAmount, verdict === 'delivered' ? 1001n : undefined);
  });
}

test('a voucher comes with a delivery only', () => {
  const read = (answer: TopupAnswer) => {
    const body = Buffer.from(JSON.stringify({ ...answer, voucher: VOUCHER }));
    return readAnswer({ ...question, source: 'query' }, { kind: 'answered', status: 200, headers: {}, body });
  };
  assert.deepEqual(read(GOOD).voucher, VOUCHER);
  assert.equal(read({ ...GOOD, status: 'refused', code: 'BARRED' }).voucher, undefined);
});
