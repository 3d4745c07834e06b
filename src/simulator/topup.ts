/**
 * One top-up at a pretend operator: a pure fold over its lines in the journal. What is told to the outside is
 * computed from it, so a restart that reads the journal tells exactly the same.
 *
 *   submitted (with its plan) -> step 1 .. n of the plan -> its callbacks, one after the other
 */
import { createHash } from 'node:crypto';
import { assert } from '../core/assert.ts';
import { formatAmount, parseDecimal } from '../core/money.ts';
import {
  CODES,
  type NoticeBody,
  type TopupAnswer,
  type TopupRequest,
  type VoucherBody,
} from '../protocols/sandbox/wire.ts';
import type { JournalDraft, JournalEntry } from './journal-entry.ts';
import { type CallbackPlan, type PlanName, type Scenario, type Step, scenarioOf } from './scenarios.ts';

export interface Topup {
  readonly provider: string;
  readonly reference: string;
  readonly number: string;
  readonly product: string;
  readonly amount: string;
  readonly currency: string;
  readonly plan: PlanName;
  readonly submittedAtMs: number;
  /** How many steps of the plan are in the journal. */
  stepsDone: number;
  /** How many of the plan's callbacks were acknowledged. */
  callbacksDone: number;
}

/** What was asked for: the same content under the same reference is the same top-up. */
export type Wish = Pick<Topup, 'provider' | 'reference' | 'number' | 'product' | 'amount' | 'currency'>;

export function wishOf(provider: string, request: TopupRequest): Wish {
  const number = request.number ?? request.email ?? request.player ?? request.account;
  assert(number !== undefined, 'a request has a recipient');
  const { reference, sku: product, amount, currency } = request;
  return { provider, reference, number, product, amount, currency };
}

export function isSameWish(topup: Topup, wish: Wish): boolean {
  const isSame = topup.number === wish.number && topup.product === wish.product;
  return isSame && topup.amount === wish.amount && topup.currency === wish.currency;
}

/** References are unique per provider. */
export function keyOf({ provider, reference }: Pick<Topup, 'provider' | 'reference'>): string {
  return `${provider}/${reference}`;
}

/** `<epoch>-<order id>` of `<epoch>-<order id>-<attempt>`: what plan `out_of_service` counts by. */
export function orderOf(reference: string): string {
  const end = reference.lastIndexOf('-');
  return end > 0 ? reference.slice(0, end) : reference;
}

export function startTopup(wish: Wish, plan: PlanName, submittedAtMs: number): Topup {
  return { ...wish, plan, submittedAtMs, stepsDone: 0, callbacksDone: 0 };
}

/** Moves a top-up by one line of the journal that follows its submission. */
export function applyEntry(topup: Topup, event: JournalEntry['event']): void {
  assert(event !== 'submitted', 'a top-up is submitted once');
  if (event === 'notified') {
    topup.callbacksDone += 1;
    return;
  }
  assert(nextStep(topup)?.event === event, `the plan ${topup.plan} does not go on with ${event}`);
  topup.stepsDone += 1;
}

export function nextStep(topup: Topup): Step | undefined {
  return scenarioOf(topup.plan).steps[topup.stepsDone];
}

/** The next callback to send; undefined before the last step and after the last acknowledgement. */
export function nextCallback(topup: Topup): CallbackPlan | undefined {
  if (nextStep(topup)) return undefined;
  return scenarioOf(topup.plan).callbacks[topup.callbacksDone];
}

export function submittedLine(topup: Topup): JournalDraft {
  return { ...lineOf(topup, 'submitted', topup.amount), plan: topup.plan };
}

export function stepLine(topup: Topup, step: Step): JournalDraft {
  return lineOf(topup, step.event, step.share === 'half' ? halve(topup.amount) : topup.amount);
}

export function notifiedLine(topup: Topup, notice: string): JournalDraft {
  return { ...lineOf(topup, 'notified', topup.amount), notice };
}

/** What a status query, or the answer to the submission, says now. */
export function answerOf(topup: Topup): TopupAnswer {
  const { steps }: Scenario = scenarioOf(topup.plan);
  const last = steps[topup.stepsDone - 1];
  const answer: TopupAnswer = {
    reference: topup.reference,
    status: last?.event ?? 'pending',
    code: last?.code ?? CODES.pending,
    provider_reference: `SIM-${topup.reference}`,
    delivered_amount: shareOf(topup.amount, last?.share ?? 'none'),
  };
  if (answer.status === 'delivered' && isPin(topup.product)) answer.voucher = voucherOf(keyOf(topup));
  return answer;
}

/** A callback as the plan wants it, also where it says something that is out of date. */
export function noticeOf(topup: Topup, callback: CallbackPlan): NoticeBody {
  const { voucher: _, ...now } = answerOf(topup);
  const notice = `${topup.reference}:${callback.number}`;
  if (callback.status === now.status) return { notice, ...now };
  const outdated = { code: CODES.pending, delivered_amount: shareOf(topup.amount, 'none') };
  return { notice, ...now, ...outdated, status: callback.status };
}

function lineOf(topup: Topup, event: JournalEntry['event'], amount: string): JournalDraft {
  const { provider, reference, number, product, currency } = topup;
  return { provider, reference, event, number, product, amount, currency };
}

function shareOf(amount: string, share: Step['share']): string {
  if (share === 'full') return amount;
  return share === 'half' ? halve(amount) : amount.replaceAll(/\d/g, '0').replace(/^0+(?=0)/, '');
}

/** Half of an amount with as many digits as it has, rounded down. */
function halve(amount: string): string {
  const value = parseDecimal(amount);
  assert(value, `not an amount: ${amount}`);
  return formatAmount(value.units / 2n, value.scale);
}

/** Products of the type `pin` are delivered as a code that the customer types into the phone. */
function isPin(product: string): boolean {
  return product.startsWith('pin:');
}

/** The same top-up always gets the same voucher, so a voucher need not be journaled. */
function voucherOf(key: string): VoucherBody {
  const hash = createHash('sha256').update(key).digest();
  return {
    code: String(hash.readBigUInt64BE(0) % 10n ** 16n).padStart(16, '0'),
    serial: String(hash.readBigUInt64BE(8) % 10n ** 12n).padStart(12, '0'),
    validity: '30 days',
    ivr: '1234',
    instructions: ['Dial the number above.', 'Type the code and confirm with #.'],
  };
}
