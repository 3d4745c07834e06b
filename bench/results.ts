/** What a run has found, as it is written into files, and how it is drawn from rounds. */
import type { Case, Goal } from './cases.ts';
import type { Round } from './load.ts';
import type { Cpu, Usage } from './usage.ts';

export interface Results {
  /** The books hold, and no request failed. */
  readonly ok: boolean;
  readonly at: string;
  readonly machine: string;
  readonly cases: readonly CaseResult[];
}

/** Of one design in one case: medians of the rounds, sums where a sum is meant. */
interface Figures {
  /** A second; 0 when the books were wrong. */
  readonly rate: number;
  /** Of the slowest and of the fastest round. */
  readonly spread: readonly [number, number];
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Requests, or orders where they are counted, over all rounds. */
  readonly done: number;
  /** Requests that were told to come again later: they count in no figure. */
  readonly refused: number;
  readonly failed: number;
  /** CPU seconds over all rounds. */
  readonly cpuSeconds: Cpu;
  readonly walBytesPerOrder: number | null;
  readonly diskBytesPerOrder: number | null;
  /** The server's, at its peak. */
  readonly memoryMb: number;
}

export interface CaseResult extends Figures {
  readonly name: string;
  readonly naiveRate: number | null;
  readonly ratio: number | null;
  readonly naive: Figures | null;
  readonly goal: Goal;
  /** Where the goal is missed. */
  readonly missed: readonly (keyof Goal)[];
}

export interface MeasuredRound extends Round {
  readonly usage: Usage;
}

const MB = 1024 * 1024;

export function resultOf(
  { name, goal, reads }: Case,
  rounds: { readonly product: readonly MeasuredRound[]; readonly naive: readonly MeasuredRound[] },
): CaseResult {
  const product = figuresOf(rounds.product, reads ? 'reads' : 'orders');
  const naive = rounds.naive.length === 0 ? null : figuresOf(rounds.naive, 'orders');
  const result = {
    name,
    ...product,
    naiveRate: naive?.rate ?? null,
    ratio: naive && naive.rate > 0 ? rounded(product.rate / naive.rate) : null,
    naive,
    goal,
  };
  return { ...result, missed: missedOf(goal, result) };
}

/** A fast wrong answer counts as none. */
export function worthless(result: CaseResult): CaseResult {
  const nothing = { ...result, rate: 0, spread: [0, 0] as const, ratio: result.naive ? 0 : null };
  return { ...nothing, missed: missedOf(result.goal, nothing) };
}

function figuresOf(rounds: readonly MeasuredRound[], what: 'orders' | 'reads'): Figures {
  const total = (pick: (round: MeasuredRound) => number) =>
    rounds.reduce((sum, round) => sum + pick(round), 0);
  const done = total((round) => round.done);
  const perOrder = (bytes: number) => (what === 'reads' || done === 0 ? null : Math.round(bytes / done));
  const rates = rounds.map(({ rate }) => Math.round(rate));
  const process = (name: keyof Cpu) =>
    rounds.some(({ usage }) => usage.cpu[name] === null)
      ? null
      : rounded(total(({ usage }) => usage.cpu[name] ?? 0));
  return {
    rate: median(rates),
    spread: [Math.min(...rates), Math.max(...rates)],
    p50Ms: rounded(median(rounds.map(({ p50Ms }) => p50Ms))),
    p99Ms: rounded(median(rounds.map(({ p99Ms }) => p99Ms))),
    done,
    refused: total(({ refused }) => refused),
    failed: total(({ failed }) => failed),
    cpuSeconds: {
      server: process('server'),
      postgres: process('postgres'),
      simulator: process('simulator'),
      load: process('load'),
    },
    walBytesPerOrder: perOrder(total(({ usage }) => usage.walBytes)),
    diskBytesPerOrder: perOrder(total(({ usage }) => usage.diskBytes)),
    memoryMb: Math.round(Math.max(...rounds.map(({ usage }) => usage.peakBytes)) / MB),
  };
}

/** The figures of a goal that were not reached. */
function missedOf(
  goal: Goal,
  found: Pick<CaseResult, 'rate' | 'ratio' | 'p50Ms' | 'p99Ms' | 'diskBytesPerOrder' | 'memoryMb'>,
): (keyof Goal)[] {
  const isMet: Readonly<Record<keyof Goal, boolean>> = {
    rate: found.rate >= (goal.rate ?? 0),
    ratio: (found.ratio ?? 0) >= (goal.ratio ?? 0),
    p50Ms: found.p50Ms <= (goal.p50Ms ?? Number.POSITIVE_INFINITY),
    p99Ms: found.p99Ms <= (goal.p99Ms ?? Number.POSITIVE_INFINITY),
    diskBytes: (found.diskBytesPerOrder ?? 0) <= (goal.diskBytes ?? Number.POSITIVE_INFINITY),
    memoryMb: found.memoryMb <= (goal.memoryMb ?? Number.POSITIVE_INFINITY),
  };
  return (Object.keys(goal) as (keyof Goal)[]).filter((figure) => !isMet[figure]); // the goal's own keys
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
