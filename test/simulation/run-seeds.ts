/** Runs seeds one after the other and adds up what they showed. */
import type { Violation } from './auditor.ts';
import { Coverage } from './coverage.ts';
import { World } from './world.ts';

export interface Summary {
  readonly seeds: number;
  readonly orders: number;
  readonly events: number;
  /** How many orders ended in which state. */
  readonly ended: Readonly<Record<string, number>>;
  readonly simulatedMs: number;
  readonly pairs: readonly (readonly [string, number])[];
  readonly failures: readonly { readonly seed: number; readonly violations: readonly Violation[] }[];
}

export const NOTHING_RUN: Summary = {
  seeds: 0,
  orders: 0,
  events: 0,
  ended: {},
  simulatedMs: 0,
  pairs: [],
  failures: [],
};

export async function runSeeds(
  seeds: Iterable<number>,
  orders: number,
  onSeed: () => void = () => undefined,
): Promise<Summary> {
  let summary = NOTHING_RUN;
  for (const seed of seeds) {
    const report = await new World({ seed, orders }).run();
    const { violations } = report;
    summary = sum(summary, {
      seeds: 1,
      orders: Object.values(report.ended).reduce((total, count) => total + count, 0),
      events: report.events,
      ended: report.ended,
      simulatedMs: report.simulatedMs,
      pairs: [...report.coverage.counts],
      failures: violations.length > 0 ? [{ seed, violations }] : [],
    });
    onSeed();
  }
  return summary;
}

export function sum(a: Summary, b: Summary): Summary {
  const pairs = new Coverage();
  pairs.add(a.pairs);
  pairs.add(b.pairs);
  const ended = { ...a.ended };
  for (const [state, count] of Object.entries(b.ended)) ended[state] = (ended[state] ?? 0) + count;
  return {
    seeds: a.seeds + b.seeds,
    orders: a.orders + b.orders,
    events: a.events + b.events,
    ended,
    simulatedMs: a.simulatedMs + b.simulatedMs,
    pairs: [...pairs.counts],
    failures: [...a.failures, ...b.failures],
  };
}

/** Pairs of a fault and a state that have not been reached. */
export function missingPairs({ pairs }: Summary): string[] {
  const coverage = new Coverage();
  coverage.add(pairs);
  return coverage.missing();
}
