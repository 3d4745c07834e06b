/**
 * The loop that carries out decisions that were approved. It can be done again after a crash: an order that has ended
 * takes no second end and no second correction, and a stale fence ends no decision.
 */
import { type DueWork, lookAtRows } from '../../platform/due-loop.ts';
import type { Log } from '../../platform/log.ts';
import { spendable } from '../../wallet/wallets.ts';
import type { Engine } from '../engine.ts';
import type { OrderRecord } from '../order.ts';
import type { Step } from '../step.ts';
import { onCorrection } from './correct-order.ts';
import { type Decision, isBeingSent, onDecision } from './decide-case.ts';

const CLAIM_MAX = 32;
const CLAIM_SECONDS = 30;
const PERIOD_MS = 5_000;

interface DueDecision {
  readonly account_id: bigint;
  readonly id: bigint;
  readonly order_id: bigint;
  readonly outcome: Decision | 'corrected';
  /** Of a correction. */
  readonly amount: bigint | null;
  readonly requested_at: Date;
  readonly fence: number;
}

export function createDecisionWork(engine: Engine, log: Log): DueWork {
  return {
    name: 'decisions about orders in review',
    periodMs: PERIOD_MS,
    onDemand: true,
    look: () =>
      lookAtRows<DueDecision>({
        claim: async () =>
          (
            await engine.database.query<DueDecision>('select * from toprail.claim_due_decisions($1, $2)', [
              CLAIM_MAX,
              CLAIM_SECONDS,
            ])
          ).rows,
        workOn: (decision) => carryOut(engine, decision),
        failed: ({ order_id: id }, error) =>
          log.warn({ order: `${id}`, error }, 'a decision could not be carried out; it stays due'),
        nextSeconds: async () =>
          (
            await engine.database.query<{ seconds: number | null }>(
              'select toprail.next_decision_seconds() as seconds',
            )
          ).rows[0]?.seconds,
      }),
  };
}

async function carryOut(engine: Engine, due: DueDecision): Promise<void> {
  const [order] = await engine.store.load([due.order_id]);
  if (!order) throw new Error(`order ${due.order_id} cannot be read`);
  const after = await engine.settlement.apply(order, await stepOf(engine, order, due));
  // It stays due, and is looked at again when this claim is over.
  if (isBeingSent(after) && after.progress.state === 'REVIEW') return;
  await engine.database.query('select toprail.end_decision($1, $2, $3, $4)', [
    due.account_id,
    due.id,
    due.fence,
    isCarriedOut(after, due.outcome) ? 'applied' : 'overtaken',
  ]);
}

/** What a wallet has may be gone when it is taken: then the constraint refuses it, and the next look finds out. */
async function stepOf(
  { database }: Engine,
  { facts }: OrderRecord,
  { outcome, amount, requested_at }: DueDecision,
): Promise<(order: OrderRecord) => Step | undefined> {
  if (outcome !== 'corrected') return (current) => onDecision(current, outcome, requested_at.getTime());
  const available = await spendable(database, facts.accountId, facts.walletId);
  return (current) => onCorrection(current, amount ?? 0n, available);
}

function isCarriedOut({ attempts, adjustments }: OrderRecord, outcome: DueDecision['outcome']): boolean {
  return outcome === 'corrected'
    ? adjustments.some(({ cause }) => cause === 'CORRECTION')
    : attempts.some(({ evidence }) => evidence.some(({ source }) => source === 'decision'));
}
