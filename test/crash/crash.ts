/**
 * One crash run: a fleet under load, whose members are killed by a plan, one after the other. It converges once, after
 * the last kill; then everything that was acknowledged is looked for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../harness/random.ts';
import { type Aftermath, lookAtAftermath } from './aftermath.ts';
import { type Fleet, openFleet } from './fleet.ts';
import { type Load, startLoad } from './load.ts';
import type { Act, Kill, Target } from './plan.ts';
import { type Armed, nameOf, placeOf } from './points.ts';
import type { Slot } from './slot.ts';

export interface CrashOptions {
  readonly acts: readonly Act[];
  readonly seed: number;
  readonly say: (line: string) => void;
}

export interface CrashReport {
  readonly seed: number;
  readonly seconds: number;
  /** By target, as they were. */
  readonly kills: Readonly<Record<Target, number>>;
  /** Crash points that were hit, in order. */
  readonly hits: readonly string[];
  /** Planned, and not reached in time. */
  readonly missed: readonly string[];
  readonly counts: Load['counts'];
  readonly acknowledged: number;
  readonly aftermath: Aftermath;
  readonly violations: readonly string[];
}

/** Orders that are acknowledged before the next one is killed, at least; then any moment will do. */
const ORDERS_BETWEEN = 6;
const PROGRESS_MS_MAX = 60_000;
const MOMENT_MS_MAX = 400;
/** A lane is kept every ten seconds, and nothing comes by less often. */
const POINT_MS_MAX = 25_000;
const STORM_EVERY_MS = 1_000;
/** Long enough for some callbacks to come, and far below every lease. */
const PILE_UP_MS = 2_000;
const PROVOKED_MAX = 4;
/** A server that was fenced off while it slept finds out when it next keeps its lane. */
const WAKING_MS_MAX = 11_000;
const SAY_EVERY_MS = 10_000;

export async function runCrashes({ acts, seed, say }: CrashOptions): Promise<CrashReport> {
  const startedAtMs = Date.now();
  const random = new Random(seed);
  const fleet = await openFleet(acts[0]?.roles ?? []);
  const kills = { point: 0, server: 0, postgres: 0, both: 0, simulator: 0, pause: 0 };
  const missed: string[] = [];
  try {
    const load = startLoad(fleet, random.fork());
    const ticker = setInterval(() => say(progressOf(kills, load)), SAY_EVERY_MS);
    const stage: Stage = { fleet, load, random, kills, missed, paused: new Map() };
    let lastDeath: Date;
    try {
      for (const act of acts) await play(stage, act);
      lastDeath = await loseOneWorker(stage);
    } finally {
      clearInterval(ticker);
      await load.stop();
    }
    say(`${progressOf(kills, load)}; converging`);
    const aftermath = await lookAtAftermath(fleet, load, lastDeath);
    const hits = await fleet.hits();
    return {
      seed,
      seconds: Math.round((Date.now() - startedAtMs) / 1_000),
      kills,
      hits,
      missed,
      counts: load.counts,
      acknowledged: load.acknowledged.size,
      aftermath,
      violations: [...load.violations, ...fleet.deserters, ...aftermath.violations],
    };
  } finally {
    await fleet.close();
  }
}

interface Stage {
  readonly fleet: Fleet;
  readonly load: Load;
  readonly random: Random;
  readonly kills: Record<Target, number>;
  readonly missed: string[];
  /** Until when. */
  readonly paused: Map<Slot, number>;
}

async function play(stage: Stage, act: Act): Promise<void> {
  const { fleet, paused } = stage;
  await fleet.man(act.roles);
  const left = [...act.kills];
  while (left.length > 0) {
    await wakeSleepers(stage, 'those whose time is over');
    // Others are killed while one sleeps, and it is woken when nobody is left who can be.
    const index = left.findIndex((group) => group.every((kill) => canComeNow(stage, kill)));
    const [group] = left.splice(Math.max(index, 0), 1);
    if (index === -1) await wakeSleepers(stage, 'all');
    for (const [at, kill] of (group ?? []).entries()) await inflict(stage, kill, group?.[at + 1]);
  }
  await wakeSleepers(stage, 'all');
  if (act.stormSeconds > 0) await storm(stage, act.stormSeconds);
  if (paused.size > 0) throw new Error('everyone is awake by now');
}

/**
 * Whoever sleeps may be the parent of the embedded PostgreSQL, which then cannot be started again: it stands there as a
 * dead process that nobody has buried, and PostgreSQL takes its lock file for that of a living one.
 */
function canComeNow({ fleet, paused }: Stage, kill: Kill): boolean {
  if (paused.size === 0) return true;
  const takesPostgres =
    kill.target === 'postgres' ||
    kill.target === 'both' ||
    (kill.target === 'point' && kill.armed.postgres === 'dies');
  // One at a time, so that somebody is there to take over.
  if (takesPostgres || kill.target === 'pause') return false;
  return kill.target === 'simulator' || !paused.has(slotOf(fleet, kill.slot));
}

/** Afterwards all that was killed is up again, and armed with the point that comes next. */
async function inflict(stage: Stage, kill: Kill, next: Kill | undefined): Promise<void> {
  const { fleet, kills } = stage;
  const armed = next?.target === 'point' ? next.armed : undefined;
  if (kill.target !== 'point') await progress(stage);
  kills[kill.target] += 1;
  switch (kill.target) {
    case 'point':
      await runInto(stage, slotOf(fleet, kill.slot), kill.armed);
      await slotOf(fleet, kill.slot).start(armed);
      break;
    case 'server':
      await slotOf(fleet, kill.slot).kill();
      await slotOf(fleet, kill.slot).start(armed);
      break;
    case 'both':
      await fleet.killPostgres();
      await slotOf(fleet, kill.slot).kill();
      await slotOf(fleet, kill.slot).start(armed);
      break;
    case 'postgres':
      await fleet.killPostgres();
      break;
    case 'simulator':
      await fleet.simulator.kill();
      await fleet.simulator.start();
      break;
    case 'pause':
      slotOf(fleet, kill.slot).signal('SIGSTOP');
      stage.paused.set(slotOf(fleet, kill.slot), Date.now() + kill.seconds * 1_000);
      return;
  }
  if (!armed) await fleet.allReady();
}

async function runInto(stage: Stage, slot: Slot, armed: Armed): Promise<void> {
  const { fleet, missed, kills } = stage;
  const { provoke } = placeOf(armed);
  if (provoke === 'stop') slot.signal('SIGTERM');
  if (provoke === 'simulator') await takeAwayOperators(stage, slot);
  if (!(await slot.ends(POINT_MS_MAX))) await slot.kill();
  // Who dies at a point writes a line before.
  if ((await fleet.hits()).length + missed.length < kills.point) missed.push(nameOf(armed));
}

/**
 * Callbacks pile up while nobody works on them. Then this server alone does, and there is nobody who could be asked
 * whether they are true.
 */
async function takeAwayOperators({ fleet, kills }: Stage, slot: Slot): Promise<void> {
  for (let tried = 0; tried < PROVOKED_MAX && slot.isUp(); tried++) {
    const senders = fleet.slots.filter(({ role, isUp }) => role !== 'api' && isUp());
    for (const sender of senders) sender.signal('SIGSTOP');
    await sleep(PILE_UP_MS);
    kills.simulator += 1;
    await fleet.simulator.kill();
    slot.signal('SIGCONT');
    await slot.ends(PILE_UP_MS);
    for (const sender of senders) sender.signal('SIGCONT');
    await fleet.simulator.start();
    await fleet.allReady();
  }
}

/** The load goes on, and the next kill comes at any moment. */
async function progress({ load, random, fleet }: Stage): Promise<void> {
  const enough = load.acknowledged.size + ORDERS_BETWEEN;
  const endsAtMs = Date.now() + PROGRESS_MS_MAX;
  while (load.acknowledged.size < enough) {
    if (Date.now() > endsAtMs)
      throw new Error(['no order is acknowledged any more', ...fleet.deserters].join('\n'));
    await sleep(10);
  }
  await sleep(random.between(0, MOMENT_MS_MAX));
}

async function wakeSleepers(stage: Stage, who: 'those whose time is over' | 'all'): Promise<void> {
  const { paused, fleet } = stage;
  for (const [slot, untilMs] of paused) {
    const leftMs = untilMs - Date.now();
    if (leftMs > 0 && who !== 'all') continue;
    await sleep(Math.max(0, leftMs));
    slot.signal('SIGCONT');
    paused.delete(slot);
    if (await slot.ends(WAKING_MS_MAX)) await slot.start();
    await fleet.allReady();
  }
}

/** Nobody waits for anybody: who has just been started may be killed before it is ready. */
async function storm({ fleet, random, kills }: Stage, seconds: number): Promise<void> {
  const starting = new Set<Promise<void>>();
  for (let second = 0; second < seconds; second++) {
    const slot = random.pick(fleet.slots);
    kills.server += 1;
    await slot.kill();
    const start = slot.start().finally(() => starting.delete(start));
    starting.add(start);
    start.catch(() => undefined); // told by whoever waits for all of them
    await sleep(STORM_EVERY_MS);
  }
  await Promise.all(starting);
  await fleet.allReady();
}

/**
 * The last one to die stays dead, with an order on its way: the others take over when its lease is over. Returns since
 * when nobody else died.
 */
async function loseOneWorker(stage: Stage): Promise<Date> {
  const { fleet, kills, load } = stage;
  const worker = fleet.slots.findLast(({ role }) => role === 'worker');
  if (!worker) throw new Error('the last act has workers');
  // A callback would tell of the order before its lease is over.
  load.plainOnly();
  await progress(stage);
  kills.server += 1;
  await worker.kill();
  const since = new Date();
  const armed = { name: 'submit', moment: 'sent', nth: 1, postgres: 'lives' } as const;
  await worker.start(armed);
  kills.point += 1;
  await runInto(stage, worker, armed);
  return since;
}

function slotOf({ slots }: Fleet, index: number): Slot {
  const slot = slots[index];
  if (!slot) throw new Error(`the fleet has no slot ${index}`);
  return slot;
}

function progressOf(kills: Readonly<Record<Target, number>>, { acknowledged, counts }: Load): string {
  const all = Object.values(kills).reduce((sum, count) => sum + count, 0);
  return `${all} kills, ${acknowledged.size} orders acknowledged, ${counts.refused + counts.unheard} without a success, ${counts.replays} replays`;
}
