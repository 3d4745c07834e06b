/** Which faults struck orders in which states: a run that never reached one of the pairs below has shown nothing. */
import type { OrderState } from '../../src/orders/order.ts';

const LIVING = ['ACCEPTED', 'DISPATCHING', 'IN_DOUBT'] as const;
const SENT = ['DISPATCHING', 'IN_DOUBT'] as const;
const ENDED = ['DELIVERED', 'FAILED'] as const;
const ANY = [...LIVING, 'REVIEW', ...ENDED, 'CANCELLED'] as const;

/** Each fault with the states of an order in which it must have struck. `NONE`: before the order was there. */
export const PAIRS = {
  /** The database was not reached: nothing has happened. */
  not_reached: ['NONE', ...LIVING, 'REVIEW'],
  /** It happened, and the answer was lost: the state is the one after it. */
  answer_lost: [...LIVING, 'REVIEW', ...ENDED, 'CANCELLED'],
  /** A conflict or a deadlock: the transaction was rolled back. */
  conflict: ['NONE', ...LIVING, 'REVIEW'],
  /** The client gave up on it, and it happened afterwards all the same. */
  happened_late: ['NONE', ...SENT],
  /** Somebody else had moved the order. */
  stale_fence: [...SENT, 'REVIEW', ...ENDED],
  /** The process died while it worked on the order. */
  crash: ['NONE', ...LIVING, 'REVIEW', ...ENDED],
  /** It was stopped for longer than its leases. */
  pause: ['NONE', ...LIVING, 'REVIEW', ...ENDED],
  /** Its clock was set. */
  clock_set: LIVING,
  /** Every machine slept for hours. */
  all_slept: [...LIVING, 'REVIEW'],
  provider_down: SENT,
  request_lost: ['DISPATCHING'],
  /** The provider answered, and nobody heard it. */
  provider_unheard: SENT,
  late_callback: ANY.filter((state) => state !== 'ACCEPTED' && state !== 'CANCELLED'),
  duplicate_callback: [...SENT, ...ENDED],
  lie_refused: ['DISPATCHING'],
  lie_refused_for_now: ['DISPATCHING'],
  lie_not_found: ['DISPATCHING'],
  /** The client sent the same again: at once, or since it heard nothing. */
  repeated: ['NONE', ...LIVING, ...ENDED, 'CANCELLED'],
  /** Another content under a reference that is taken. */
  reused: [...LIVING, ...ENDED],
  cancelled: [...LIVING, ...ENDED, 'CANCELLED'],
  /** Whoever waited for the outcome was not told. */
  untold: ENDED,
} as const satisfies Record<string, readonly (OrderState | 'NONE')[]>;

export type Fault = keyof typeof PAIRS;
export type StruckState = OrderState | 'NONE';

export class Coverage {
  readonly counts = new Map<string, number>();

  note(fault: Fault, state: StruckState): void {
    const key = `${fault} x ${state}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  add(counts: Iterable<readonly [string, number]>): void {
    for (const [key, count] of counts) this.counts.set(key, (this.counts.get(key) ?? 0) + count);
  }

  missing(): string[] {
    return Object.entries(PAIRS)
      .flatMap(([fault, states]) => states.map((state) => `${fault} x ${state}`))
      .filter((pair) => !this.counts.has(pair));
  }
}
