/** How unkind the world of one seed is. Each seed draws its own mixture, so that some faults come alone and some together. */

import type { Random } from '../harness/random.ts';
import type { Fate } from './provider.ts';

export interface Faults {
  /** Of each transaction, in 0 .. 1. */
  readonly notReached: number;
  readonly answerLost: number;
  readonly conflict: number;
  readonly happensLate: number;
  /** Of each message between us and a provider. */
  readonly requestLost: number;
  readonly answerUnheard: number;
  readonly refusedConnection: number;
  /** Of each word from one process to the others. */
  readonly untold: number;
  /** Mean simulated milliseconds between two of a kind. */
  readonly crashEveryMs: number;
  readonly pauseEveryMs: number;
  readonly outageEveryMs: number;
  readonly clockSetEveryMs: number;
  /** All machines at once, for more than a day. */
  readonly sleepEveryMs: number;
}

const NEVER = Number.POSITIVE_INFINITY;

export const NO_FAULTS: Faults = {
  notReached: 0,
  answerLost: 0,
  conflict: 0,
  happensLate: 0,
  requestLost: 0,
  answerUnheard: 0,
  refusedConnection: 0,
  untold: 0,
  crashEveryMs: NEVER,
  pauseEveryMs: NEVER,
  outageEveryMs: NEVER,
  clockSetEveryMs: NEVER,
  sleepEveryMs: NEVER,
};

export function drawFaults(random: Random): Faults {
  const sometimes = (most: number) => (random.chance(0.6) ? random.next() * most : 0);
  const every = (least: number) => (random.chance(0.7) ? random.between(least, least * 5) : NEVER);
  return {
    notReached: sometimes(0.08),
    answerLost: sometimes(0.08),
    conflict: sometimes(0.08),
    happensLate: sometimes(0.04),
    requestLost: sometimes(0.04),
    answerUnheard: sometimes(0.06),
    refusedConnection: sometimes(0.05),
    untold: sometimes(0.3),
    crashEveryMs: every(4_000),
    pauseEveryMs: every(6_000),
    outageEveryMs: every(10_000),
    clockSetEveryMs: every(8_000),
    sleepEveryMs: random.chance(0.5) ? random.between(40_000, 120_000) : NEVER,
  };
}

type Fates = Readonly<Partial<Record<Fate, number>>>;

const HONEST: Fates = {
  deliver: 40,
  deliver_slowly: 5,
  deliver_part: 2,
  deliver_silently: 4,
  deliver_then_reverse: 3,
  refuse: 6,
  refuse_for_now: 10,
  refuse_silently: 3,
  pend_then_deliver: 6,
  pend_then_refuse: 4,
  fail_and_deliver: 3,
  fail_and_refuse: 3,
  unexplained_and_deliver: 2,
  unexplained_and_refuse: 2,
};

/** The character of each provider; one that can only call back never leaves an instruction without a word. */
export const FATES: Readonly<Record<string, Fates>> = {
  alpha: { ...HONEST, vanish: 4 },
  beta: { ...HONEST, vanish: 2, lie_not_found: 1 },
  gamma: HONEST,
  delta: {
    ...HONEST,
    deliver_silently: 12,
    fail_and_deliver: 8,
    lie_refused: 2,
    lie_refused_for_now: 8,
    lie_not_found: 2,
  },
};
