/** Who is killed, when and where: decided by a seed before the first kill. Pure. */
import type { Random } from '../harness/random.ts';
import { type Armed, type Point, placeOf } from './points.ts';
import type { Role } from './slot.ts';

export type Kill =
  /** The server in this slot dies at a named point. */
  | { readonly target: 'point'; readonly slot: number; readonly armed: Armed }
  /** `kill -9` at any moment. */
  | { readonly target: 'server'; readonly slot: number }
  | { readonly target: 'postgres' }
  | { readonly target: 'both'; readonly slot: number }
  | { readonly target: 'simulator' }
  /** SIGSTOP beyond the lease of what it works on, while others are killed; SIGCONT when they have taken over. */
  | { readonly target: 'pause'; readonly slot: number; readonly seconds: number };
export type Target = Kill['target'];

export interface Act {
  readonly roles: readonly Role[];
  /** Kills that follow each other; between two lists anything may come. */
  readonly kills: readonly (readonly Kill[])[];
  /** Then, for so long, one server at random is killed each second. */
  readonly stormSeconds: number;
}

export interface ActOptions {
  readonly roles: readonly Role[];
  /** How many, the points among them. */
  readonly kills: number;
  readonly points: readonly Point[];
  /** A point that is reached often is run into when it is reached so often, at the latest. */
  readonly nthMax: number;
  /** Of each, how long it lasts; each is one of the kills. */
  readonly pauses: readonly number[];
  readonly stormSeconds: number;
}

/** Points that a server runs into one life after the other, before somebody else is killed. */
const CHAIN_MAX = 3;
/** How often others are killed, beside the servers that make way for an armed one. */
const OTHERS = ['postgres', 'simulator', 'both', 'server'] as const;
/** One point in so many takes PostgreSQL with it. */
const BOTH_EVERY = 5;

/**
 * A server that is armed is a new process: so before a chain of points another kill ends the one that stands there,
 * and each of the chain arms the next.
 */
export function planAct(options: ActOptions, random: Random): Act {
  const { roles, kills, points, nthMax, pauses, stormSeconds } = options;
  const bySlot = roles.map((): Armed[] => []);
  for (const point of shuffled(points, random)) {
    bySlot[random.pick(slotsFor(roles, point))]?.push({
      ...point,
      nth: placeOf(point).rare ? 1 : random.between(1, nthMax),
      postgres: random.chance(1 / BOTH_EVERY) ? 'dies' : 'lives',
    });
  }
  const chains = bySlot.flatMap((armed, slot) =>
    chunks(armed, CHAIN_MAX).map((chain): Kill[] => [
      { target: random.chance(1 / 4) ? 'both' : 'server', slot },
      ...chain.map((one): Kill => ({ target: 'point', slot, armed: one })),
    ]),
  );
  const stopped = pauses.map((seconds, index): Kill[] => [
    { target: 'pause', slot: pick(senders(roles), index), seconds },
  ]);
  const planned = [...chains, ...stopped].flat().length;
  if (planned > kills)
    throw new Error(`${points.length} points and ${pauses.length} pauses take ${planned} kills`);
  const others = Array.from({ length: kills - planned }, (_, index): Kill[] => {
    const target = pick(OTHERS, index);
    return [
      target === 'both' || target === 'server'
        ? { target, slot: random.between(0, roles.length - 1) }
        : { target },
    ];
  });
  return { roles, kills: shuffled([...chains, ...stopped, ...others], random), stormSeconds };
}

/** Those that come by a point. The first is called back to; whoever has all roles comes by everything else. */
function slotsFor(roles: readonly Role[], point: Point): number[] {
  const { at } = placeOf(point);
  const slots = [...roles.keys()].filter((slot) => {
    if (at === 'receiver') return slot === 0;
    return at === 'any' || roles[slot] === 'all' || roles[slot] === at;
  });
  if (slots.length === 0) throw new Error(`nobody among ${roles.join(', ')} comes by ${point.name}`);
  return slots;
}

function senders(roles: readonly Role[]): number[] {
  return [...roles.keys()].filter((slot) => roles[slot] !== 'api');
}

/** So few kills leave no room for every point: as many as there is room for, of all places. */
export function somePoints(points: readonly Point[], count: number, random: Random): Point[] {
  const names = new Set(points.map(({ name }) => name));
  const one = shuffled([...names], random).map((name) =>
    random.pick(points.filter((point) => point.name === name)),
  );
  return one.slice(0, count);
}

export function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}

/** Round and round. */
function pick<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}
