/** The runs that there are: which servers, how many kills, which points. */
import { Random } from '../harness/random.ts';
import { type Act, planAct, shuffled, somePoints } from './plan.ts';
import { POINTS, type Point, placeOf } from './points.ts';

/** Those of the worker that is lost at the end of every run. */
const LAST_KILLS = 2;
/** Beyond the lease of a sender (20 s) and of a claim (30 s), and beyond the lease of a lane (60 s). */
const PAUSES_SECONDS = [35, 65, 35];
/** So few kills are for a test that has to be quick. */
const SHORT_KILLS_MAX = 40;

const MANY = ['api', 'api', 'worker', 'worker', 'worker'] as const;
const APART = ['api', 'worker', 'all'] as const;
const CALM = { points: [], nthMax: 6, pauses: [], stormSeconds: 0 } as const;

/** Kills by target and point. With enough of them every point is hit, and servers are paused. */
export function planKills(kills: number, seed: number): Act[] {
  const random = new Random(seed);
  return kills <= SHORT_KILLS_MAX
    ? planFew(kills - LAST_KILLS, random)
    : planMany(kills - LAST_KILLS, random);
}

/** One fleet of every role: some points, then a storm. */
function planFew(kills: number, random: Random): Act[] {
  const storm = Math.floor(kills / 2);
  const points = somePoints(POINTS.filter(isQuick), Math.floor((kills - storm) / 2), random);
  const act = { ...CALM, roles: APART, kills: kills - storm, points, nthMax: 2, stormSeconds: storm };
  return [planAct(act, random)];
}

/** One process alone first, then processes apart: each point in one of the two. */
function planMany(kills: number, random: Random): Act[] {
  const alone = Math.ceil(kills / 2);
  const points = shuffled(POINTS.filter(needsNobody), random);
  const half = Math.ceil(points.length / 2);
  const rest = [...points.slice(half), ...POINTS.filter((point) => !needsNobody(point))];
  return [
    planAct({ ...CALM, roles: ['all'], kills: alone, points: points.slice(0, half) }, random),
    planAct({ ...CALM, roles: APART, kills: kills - alone, points: rest, pauses: PAUSES_SECONDS }, random),
  ];
}

/** Comes by in a second or two of load. */
function isQuick(point: Point): boolean {
  const { rare, provoke } = placeOf(point);
  return !rare && !provoke;
}

/** An operator that is gone is only noticed by a server that looks for callbacks, and not by who takes them. */
function needsNobody(point: Point): boolean {
  return placeOf(point).provoke !== 'simulator';
}

/** Several processes of each role on one database, one of them killed each second. */
export function planStorm(seconds: number): Act[] {
  return [planAct({ ...CALM, roles: MANY, kills: 0, stormSeconds: seconds }, new Random(0))];
}

const SEEDS = 1_000_000;

/** Another run each time; it is printed, and a plan is made again from it. */
export function newSeed(): number {
  return Date.now() % SEEDS;
}
