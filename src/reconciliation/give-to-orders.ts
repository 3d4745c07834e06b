/**
 * Gives orders what a statement says of them, by the way of every other evidence. Each piece can be given again: what
 * has ended takes no second end, an adjustment is made once per cause, and the same word again is not written.
 */
import { assert } from '../core/assert.ts';
import { onEvidence } from '../orders/decide.ts';
import { restoredStep } from '../orders/doubt.ts';
import type { Engine } from '../orders/engine.ts';
import type { AdjustmentCause } from '../orders/order.ts';
import { attemptOf, type OrderRecord } from '../orders/order.ts';
import type { SaidEvidence } from '../orders/step.ts';
import type { Outcome } from './line.ts';
import { type DueLine, readDueLines, settleLines } from './store.ts';

/** What of the engine settles orders. */
export type ReconcilingEngine = Pick<
  Engine,
  'database' | 'vault' | 'clock' | 'store' | 'settlement' | 'market'
>;

/** Orders that are under way at once. */
const PAGE_LINES = 500;

/** The rest is done; these stay due. */
export interface Given {
  readonly failed: number;
  readonly firstFault: unknown;
}

export async function giveToOrders(
  engine: ReconcilingEngine,
  provider: string,
  onProgress: (lines: number) => void,
): Promise<Given> {
  let failed = 0;
  let firstFault: unknown;
  for (let after = 0n, given = 0; ; ) {
    const page = await readDueLines(engine.database, provider, { after, limit: PAGE_LINES });
    const last = page.at(-1);
    if (!last) return { failed, firstFault };
    const orders = await engine.store.load([...new Set(page.map(({ order_id: id }) => id))], (error) => {
      firstFault ??= error;
    });
    const byOrder = Map.groupBy(page, ({ order_id: id }) => id);
    const known = orders.map((order) => ({ order, lines: byOrder.get(order.facts.id) ?? [] }));
    const outcomes = await Promise.allSettled(
      known.map(({ order, lines }) => giveLines(engine, order, lines)),
    );
    const done = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
    await settleLines(engine.database, done);
    for (const outcome of outcomes) if (outcome.status === 'rejected') firstFault ??= outcome.reason;
    failed += page.length - done.length;
    after = last.id;
    given += page.length;
    onProgress(given);
  }
}

/** The lines of one order, one after the other, each with the adjustment that answers it. */
async function giveLines(engine: ReconcilingEngine, order: OrderRecord, lines: readonly DueLine[]) {
  const done: { id: bigint; adjustment: bigint | undefined }[] = [];
  let current = order;
  for (const line of lines) {
    current = await give(engine, current, line.attempt, {
      source: 'statement',
      verdict: line.verdict,
      rawHash: line.content.replaceAll('-', ''),
      ...(line.code !== null && { code: line.code }),
      ...(line.their_reference !== null && { providerReference: line.their_reference }),
      ...(line.amount !== null && line.verdict === 'delivered' && { deliveredAmount: line.amount }),
    });
    done.push({ id: line.id, adjustment: answerTo(current, line)?.id });
  }
  return done;
}

/** One piece of evidence of a statement; the order as it stands afterwards. */
export async function give(
  { settlement, market, clock }: ReconcilingEngine,
  order: OrderRecord,
  number: number,
  said: SaidEvidence,
): Promise<OrderRecord> {
  const circumstances = (current: OrderRecord) => {
    const provider = market().routing.provider(attemptOf(current, number)?.provider ?? '');
    assert(provider, 'a statement is of a provider that is there');
    // A statement is too late for another try.
    return { nowMs: clock.now(), capability: provider.capability, routeLeft: () => false, jitter: 0 };
  };
  // Books that were restored from before it left.
  const standing = await settlement.apply(order, (current) => {
    const attempt = attemptOf(current, number);
    return attempt?.state === 'READY' && attempt.epoch < market().epoch
      ? restoredStep(current, attempt, circumstances(current))
      : undefined;
  });
  return settlement.apply(standing, (current) => onEvidence(current, number, said, circumstances(current)));
}

const ANSWERS: Partial<Record<Outcome, AdjustmentCause>> = {
  late: 'LATE_DELIVERY',
  reversed: 'OPERATOR_REVERSAL',
};

/** An order has one adjustment of a cause. Of several late deliveries it answers the one that was heard of first. */
function answerTo(order: OrderRecord, { outcome, attempt }: DueLine) {
  const cause = ANSWERS[outcome];
  const adjustment = order.adjustments.find((made) => made.cause === cause);
  if (cause !== 'LATE_DELIVERY') return adjustment;
  const [first] = order.attempts
    .flatMap(({ number, state, evidence }) =>
      evidence
        .filter(({ verdict }) => state === 'REFUSED' && verdict === 'delivered')
        .map(({ receivedAtMs }) => ({ number, receivedAtMs })),
    )
    .sort((a, b) => a.receivedAtMs - b.receivedAtMs);
  return first?.number === attempt ? adjustment : undefined;
}
