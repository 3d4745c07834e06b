/** A crash run in figures: what died where, what was asked for, what was found. Pure. */
import type { CrashReport } from './crash.ts';
import { MOMENTS, nameOf, PLACES, type PlaceName, POINTS } from './points.ts';

/** A sender's lease (dispatch.ts), the longest sleep of who looks for due rows, and time to work on a full table. */
export const TAKEOVER_SECONDS_MAX = 20 + 1 + 4;

/** Everything that makes a run a failure. */
export function faultsOf(report: CrashReport, wanted: 'every point' | 'planned points'): string[] {
  const { aftermath, counts } = report;
  const { last } = aftermath.takeovers;
  const unhit = pointsNeverHit(report);
  const faults = [...report.violations];
  if (wanted === 'every point' && unhit.length > 0) faults.push(`never hit: ${unhit.join(', ')}`);
  if (wanted === 'planned points' && report.missed.length > 0)
    faults.push(`not reached: ${report.missed.join(', ')}`);
  if (last.length === 0) faults.push('nobody has taken over from the last worker that died');
  if ((last.at(-1) ?? 0) > TAKEOVER_SECONDS_MAX)
    faults.push(`an order of a dead worker was taken over after ${last.at(-1)?.toFixed(1)} s`);
  if (counts.waitedToTheEnd === 0) faults.push('no client that waited was told the outcome');
  return faults;
}

function pointsNeverHit({ hits }: CrashReport): string[] {
  return POINTS.map(nameOf).filter((name) => !hits.includes(name));
}

export function renderReport(report: CrashReport): string[] {
  const { aftermath, counts, kills } = report;
  const { all, last } = aftermath.takeovers;
  return [
    `seed ${report.seed}, ${report.seconds} s`,
    `kills: ${Object.entries(kills)
      .map(([target, count]) => `${count} ${target}`)
      .join(', ')}`,
    ...renderPoints(report.hits),
    `orders: ${report.acknowledged} acknowledged, ${counts.refused} times refused, ${counts.unheard} requests without an answer, ${counts.replays} replays`,
    `clients that waited: ${counts.waitedToTheEnd} were told the outcome, ${counts.waitedInVain} how it stood`,
    `ended as: ${Object.entries(aftermath.states)
      .map(([state, count]) => `${count} ${state}`)
      .join(', ')}; ${aftermath.convergedInSeconds} s after the last kill`,
    `taken over from dead senders: ${range(all)}; from the last one: ${range(last)}`,
  ];
}

function renderPoints(hits: readonly string[]): string[] {
  const times = (name: PlaceName, moment: string) => {
    if (!(PLACES[name].moments as readonly string[]).includes(moment)) return '-';
    return `${hits.filter((hit) => hit === `${name}:${moment}`).length}`;
  };
  const line = (name: string, cells: readonly string[]) =>
    `  ${name.padEnd(22)}${cells.map((cell) => cell.padStart(10)).join('')}`;
  const names = Object.keys(PLACES) as PlaceName[];
  return [
    line('point', MOMENTS),
    ...names.map((name) =>
      line(
        name,
        MOMENTS.map((moment) => times(name, moment)),
      ),
    ),
  ];
}

function range(seconds: readonly number[]): string {
  const at = (share: number) => seconds[Math.floor((seconds.length - 1) * share)]?.toFixed(1);
  if (seconds.length === 0) return 'none';
  return `${seconds.length} orders after ${at(0)} to ${at(1)} s, ${at(0.5)} s in the middle`;
}
