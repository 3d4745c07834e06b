/** A run of chaos: episodes under load, then peace, then the question what has become of every order. */
import { type Aftermath, lookAtAftermath } from './aftermath.ts';
import { type Episode, type Pair, planEpisodes } from './episode.ts';
import { startInstallation } from './installation.ts';
import { startLoad } from './load.ts';
import { type Measured, RECOVERY_MS_MAX, runEpisodes } from './measure.ts';

export interface ChaosOptions {
  readonly episodes: number;
  readonly seed: number;
  /** All, unless given. */
  readonly pairs?: readonly Pair[];
  /**
   * `short`: faults are held for a moment, no operator misbehaves by itself, and at the end PostgreSQL's clock is moved
   * over leases and pauses.
   */
  readonly form?: 'whole' | 'short';
  readonly say: (line: string) => void;
}

const SHORT_HOLD_MS = 500;

/** Returns what was violated, in words. */
export async function runChaos(options: ChaosOptions): Promise<readonly string[]> {
  const { episodes, seed, pairs, form = 'whole', say } = options;
  const startedAtMs = Date.now();
  const planned = planEpisodes(seed, episodes, pairs).map((episode) =>
    form === 'short' ? { ...episode, holdMs: SHORT_HOLD_MS } : episode,
  );
  const installation = await startInstallation();
  try {
    const load = startLoad(installation, form);
    const measured: Measured[] = [];
    try {
      for await (const one of runEpisodes(installation, load, planned)) {
        measured.push(one);
        say(`${`${one.episode.number}`.padStart(4)}/${episodes}  ${describe(one)}`);
      }
    } finally {
      await load.stop();
    }
    say('no more faults and no more load: what has become of every order?');
    const aftermath = await lookAtAftermath(installation, load, form);
    for (const line of report(measured, aftermath)) say(line);
    const violations = [...late(measured), ...harmless(measured), ...aftermath.violations];
    const seconds = Math.round((Date.now() - startedAtMs) / 1000);
    say(`${episodes} episodes of seed ${seed} in ${seconds} s: ${violations.length} violations`);
    return violations;
  } finally {
    await installation.close();
  }
}

function describe({ episode: { link, fault, holdMs }, recoveryMs, bites }: Measured): string {
  const { kind, ...terms } = fault;
  const told = Object.entries(terms).map(([name, value]) => ` ${name} ${value}`);
  return `${link.padEnd(9)} ${`${kind}${told.join('')}`.padEnd(28)} for ${(holdMs / 1000).toFixed(1)} s, bit ${bites} times: back after ${(recoveryMs / 1000).toFixed(1)} s`;
}

function late(measured: readonly Measured[]): string[] {
  return measured
    .filter(({ recoveryMs }) => recoveryMs > RECOVERY_MS_MAX)
    .map((one) => `episode ${one.episode.number} took too long: ${describe(one)}`);
}

/** A fault that never did anything proves nothing. */
function harmless(measured: readonly Measured[]): string[] {
  return [...byPair(measured)]
    .filter(([, all]) => all.every(({ bites }) => bites === 0))
    .map(([pair]) => `no episode of ${pair} has done anything`);
}

function byPair(measured: readonly Measured[]): Map<string, Measured[]> {
  return Map.groupBy(measured, ({ episode }) => pairOf(episode));
}

function pairOf({ link, fault }: Episode): string {
  return `${link} x ${fault.kind}`;
}

function report(measured: readonly Measured[], aftermath: Aftermath): string[] {
  const rows = [...byPair(measured)]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([pair, all]) => {
      const recoveries = all.map(({ recoveryMs }) => recoveryMs / 1000).sort((a, b) => a - b);
      const median = recoveries[Math.floor(recoveries.length / 2)] ?? 0;
      const worst = recoveries.at(-1) ?? 0;
      return [pair, `${all.length}`, median.toFixed(1), worst.toFixed(1)];
    });
  const table = [['link x fault', 'episodes', 'median s', 'worst s'], ...rows].map((cells) =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(26) : cell.padStart(10))).join(''),
  );
  const { orders, acknowledged, repeated, lostAnswers, told, untold } = aftermath;
  return [
    '',
    ...table,
    '',
    `${orders} orders, ${acknowledged} acknowledged at once, ${repeated} repeated because no answer came`,
    `${lostAnswers} delivered by the journal though the answer was lost; ${told} status callbacks heard, ${untold} wait`,
  ];
}
