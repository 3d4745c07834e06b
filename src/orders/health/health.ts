/**
 * How well an operator delivers, told so that no account can infer another's traffic: never a count, only words and
 * round figures, and nothing at all below a number of orders. Pure.
 */
import type { OrderRecord } from '../order.ts';

/** A delivery took at most so many seconds; the last bucket has no bound. */
const BOUNDS_SECONDS = [1, 2, 5, 10, 30, 60, 300, 900] as const;
export const FAILED_BUCKET = -1;

/** Orders by bucket. */
export type Counts = ReadonlyMap<number, number>;

/** Fewer orders tell nothing of the operator, and too much of who placed them. */
const ORDERS_MIN = 20;

/** Words for shares, the best first, each with the least share that deserves it. */
const SHARES = [
  ['above_99_percent', 0.99],
  ['above_95_percent', 0.95],
  ['above_80_percent', 0.8],
  ['above_50_percent', 0.5],
  ['below_50_percent', 0],
] as const;
export const SUCCESS_WORDS = SHARES.map(([word]) => word);
export type SuccessWord = (typeof SHARES)[number][0];

export interface Health {
  /** Undefined: too few orders. */
  readonly success: SuccessWord | undefined;
  /** Round bounds; undefined: too few deliveries, or beyond the last bound. */
  readonly medianSeconds: number | undefined;
  readonly p90Seconds: number | undefined;
}

export type OperatorState = 'operating' | 'degraded' | 'out_of_service';

/** Where an order that has ended is counted; undefined when its end says nothing of the operator. */
export function bucketOf({ facts, progress }: OrderRecord): number | undefined {
  const { state, failure, completedAtMs } = progress;
  if (state === 'DELIVERED' && completedAtMs !== undefined) {
    const seconds = (completedAtMs - facts.createdAtMs) / 1000;
    const bucket = BOUNDS_SECONDS.findIndex((bound) => seconds <= bound);
    return bucket === -1 ? BOUNDS_SECONDS.length : bucket;
  }
  // A wrong number is the customer's.
  const isOperators = failure === 'operator_unavailable' || failure === 'not_delivered';
  return state === 'FAILED' && isOperators ? FAILED_BUCKET : undefined;
}

export function healthOf(counts: Counts): Health {
  const failed = counts.get(FAILED_BUCKET) ?? 0;
  const delivered = [...counts].reduce(
    (sum, [bucket, count]) => sum + (bucket === FAILED_BUCKET ? 0 : count),
    0,
  );
  if (delivered + failed < ORDERS_MIN)
    return { success: undefined, medianSeconds: undefined, p90Seconds: undefined };
  const share = delivered / (delivered + failed);
  const atLeast = (part: number) => (delivered < ORDERS_MIN ? undefined : boundOf(counts, part * delivered));
  return {
    success: SHARES.find(([, least]) => share >= least)?.[0],
    medianSeconds: atLeast(0.5),
    p90Seconds: atLeast(0.9),
  };
}

/** The bound below which so many deliveries lie. */
function boundOf(counts: Counts, deliveries: number): number | undefined {
  let seen = 0;
  return BOUNDS_SECONDS.find((_, bucket) => {
    seen += counts.get(bucket) ?? 0;
    return seen >= deliveries;
  });
}

/** Slower than this for one in ten, a recharge is not what its customer waits for. */
const SLOW_SECONDS = 60;

/** By the last hour. Not for sale is out of service, whatever was measured. */
export function stateOf(isForSale: boolean, { success, p90Seconds }: Health): OperatorState {
  if (!isForSale || success === 'below_50_percent') return 'out_of_service';
  if (success === undefined) return 'operating';
  const isSlow = p90Seconds === undefined || p90Seconds > SLOW_SECONDS;
  return success === 'above_80_percent' || success === 'above_50_percent' || isSlow
    ? 'degraded'
    : 'operating';
}

export function sumOf(several: Iterable<Counts>): Counts {
  const sum = new Map<number, number>();
  for (const counts of several)
    for (const [bucket, count] of counts) sum.set(bucket, (sum.get(bucket) ?? 0) + count);
  return sum;
}
