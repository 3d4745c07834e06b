/**
 * From what a pretend operator said to evidence. The rule of the house: `delivered`, `refused` and `pending` are
 * believed only in an answer that is read completely, is about the reference that was asked for and, for the
 * latter two, carries a code of the capability record. A code that is in no list is `unmapped`; everything else is
 * `unknown`, with a word that says why.
 */
import { hash } from 'node:crypto';
import { type Minor, parseAmount, parseDecimal } from '../../../core/money.ts';
import type { HttpOutcome } from '../../../platform/http-client.ts';
import type { Capability, Evidence, EvidenceSource, Verdict } from '../../../routing/connector.ts';
import { CODES, readErrorCode, readTopupAnswer, type TopupAnswer } from '../wire.ts';

const SPOKEN: readonly string[] = Object.values(CODES);

type Answered = Extract<HttpOutcome, { kind: 'answered' }>;

export interface Question {
  readonly source: EvidenceSource;
  readonly reference: string;
  readonly capability: Capability;
  /** Digits of the instruction's currency, where the instruction is at hand. */
  readonly exponent?: number;
}

/** Evidence of the answer to a submission or a status query. */
export function readAnswer(question: Question, answered: Answered): Evidence {
  const { source } = question;
  const text = answered.body.toString('utf8');
  const rawHash = hashOf(answered.body);
  if (answered.status === 200) {
    const answer = readTopupAnswer(text);
    if (!answer) return { source, verdict: 'unknown', code: 'UNREADABLE_ANSWER', rawHash };
    return { ...readOutcome(question, answer), rawHash };
  }
  const code = readErrorCode(text);
  const isNotFound = source === 'query' && answered.status === 404 && code === CODES.notFound;
  if (isNotFound) return { source, verdict: 'not_found', code, rawHash };
  const isStrange = code !== undefined && !SPOKEN.includes(code);
  const verdict = isStrange ? 'unmapped' : 'unknown';
  return { source, verdict, code: code ?? `HTTP_${answered.status}`, rawHash };
}

/** Evidence of an outcome that was read, wherever it came from. */
export function readOutcome(question: Question, answer: TopupAnswer): Evidence {
  const { source, reference } = question;
  if (answer.reference !== reference) return { source, verdict: 'unknown', code: 'OTHER_REFERENCE' };
  const told = { source, code: answer.code, providerReference: answer.provider_reference };
  const verdict = verdictOf(question.capability, answer);
  if (verdict !== 'delivered') return { ...told, verdict };

  const deliveredAmount = readMinor(answer.delivered_amount, question.exponent);
  if (deliveredAmount === undefined || deliveredAmount <= 0n) {
    return { ...told, verdict: 'unknown', code: 'UNREADABLE_AMOUNT' };
  }
  const voucher = answer.voucher === undefined ? {} : { voucher: answer.voucher };
  return { ...told, verdict, deliveredAmount, ...voucher };
}

export function hashOf(body: Buffer): string {
  return hash('sha256', body, 'hex');
}

function verdictOf(capability: Capability, { status, code }: TopupAnswer): Verdict {
  if (status === 'refused') return Object.hasOwn(capability.refusedCodes, code) ? 'refused' : 'unmapped';
  if (status === 'pending') return capability.pendingCodes.includes(code) ? 'pending' : 'unmapped';
  return status;
}

/** The wire gives an amount as many digits as the instruction had, so its digits are the minor units. */
function readMinor(text: string, exponent: number | undefined): Minor | undefined {
  return exponent === undefined ? parseDecimal(text)?.units : parseAmount(text, exponent);
}
