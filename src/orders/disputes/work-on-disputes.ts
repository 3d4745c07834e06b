/**
 * The loop over due disputes. A new one asks its provider what became of the delivery: a provider that has taken it
 * back closes the dispute by that. A decided one is carried out. Each step can be done again after a crash: the
 * adjustment is made once per order, and a stale fence closes nothing.
 */
import { type DueWork, lookAtRows } from '../../platform/due-loop.ts';
import type { Log } from '../../platform/log.ts';
import { isUnclear } from '../../routing/connector.ts';
import { adjustAfter } from '../adjust.ts';
import type { Engine } from '../engine.ts';
import type { OrderRecord } from '../order.ts';
import { adjustedStep, type Step } from '../step.ts';
import { NO_STATUS_QUERY } from '../wake-up.ts';

const CLAIM_MAX = 32;
/** Covers one status query with its timeouts. */
const CLAIM_SECONDS = 60;
const PERIOD_MS = 5_000;

interface DueDispute {
  readonly account_id: bigint;
  readonly id: bigint;
  readonly order_id: bigint;
  readonly decision: 'refund' | 'confirm' | null;
  readonly fence: number;
}

export function createDisputeWork(engine: Engine, log: Log): DueWork {
  return {
    name: 'disputes',
    onDemand: true,
    periodMs: PERIOD_MS,
    look: () =>
      lookAtRows<DueDispute>({
        claim: async () =>
          (
            await engine.database.query<DueDispute>('select * from toprail.claim_due_disputes($1, $2)', [
              CLAIM_MAX,
              CLAIM_SECONDS,
            ])
          ).rows,
        workOn: (dispute) => workOn(engine, dispute),
        failed: ({ order_id: id }, error) =>
          log.warn({ order: `${id}`, error }, 'a dispute could not be worked on; it stays due'),
        nextSeconds: async () =>
          (
            await engine.database.query<{ seconds: number | null }>(
              'select toprail.next_dispute_seconds() as seconds',
            )
          ).rows[0]?.seconds,
      }),
  };
}

async function workOn(engine: Engine, dispute: DueDispute): Promise<void> {
  const { database, store, settlement, wakeups } = engine;
  const [order] = await store.load([dispute.order_id]);
  if (!order) throw new Error(`order ${dispute.order_id} cannot be read`);
  if (dispute.decision === 'confirm') return close(engine, dispute, 'confirmed');
  if (dispute.decision === 'refund') {
    await settlement.apply(order, refundStep);
    return close(engine, dispute, 'refunded');
  }
  const { verdict, code } = await wakeups.inquire(order);
  if (verdict === 'reversed') return close(engine, dispute, 'refunded');
  // No answer for now: it is asked again when the lease is over, until somebody decides.
  if (isUnclear(verdict) && code !== NO_STATUS_QUERY) return;
  await database.query('select toprail.note_dispute_verdict($1, $2, $3, $4)', [
    dispute.account_id,
    dispute.id,
    dispute.fence,
    verdict,
  ]);
}

/** What is left of the order's cost goes back to the customer, once. */
export function refundStep(order: OrderRecord): Step | undefined {
  const adjustment = adjustAfter(order, order.progress.attempt, 'disputed');
  return adjustment && adjustedStep(adjustment);
}

async function close(
  { database }: Engine,
  { account_id: account, id, fence }: DueDispute,
  state: 'refunded' | 'confirmed',
): Promise<void> {
  await database.query('select toprail.close_dispute($1, $2, $3, $4)', [account, id, fence, state]);
}
