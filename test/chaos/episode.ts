/** What goes wrong, where, how badly and for how long: decided by a seed. Pure. */
import { Random } from '../harness/random.ts';
import type { Fault, Way } from './proxy.ts';

/** Whose word goes through a proxy. */
export const LINKS = {
  clients: 'clients to us',
  provider: 'us to the provider',
  database: 'us to PostgreSQL',
  notices: 'callbacks of the provider to us',
  callbacks: 'status callbacks of ours to clients',
} as const;
export type Link = keyof typeof LINKS;

type Kind = Fault['kind'];

const FAULTS = {
  delay: (random) => ({ kind: 'delay', ms: random.between(50, 1_500) }),
  throttle: (random) => ({ kind: 'throttle', bytesPerSecond: random.between(256, 8_192) }),
  reset: (random) => ({ kind: 'reset', afterBytes: random.between(1, 300) }),
  half_open: (random) => ({ kind: 'half_open', vanish: random.pick(WAYS) }),
  truncate: (random) => ({ kind: 'truncate', afterBytes: random.between(0, 80) }),
  drop_answer: () => ({ kind: 'drop_answer' }),
  refuse: () => ({ kind: 'refuse' }),
  stall_accept: () => ({ kind: 'stall_accept' }),
} as const satisfies { readonly [K in Kind]: (random: Random) => Extract<Fault, { kind: K }> };

const WAYS: readonly (Way | 'both')[] = ['asked', 'answered', 'both'];
const HOLD_MS_MIN = 300;
const HOLD_MS_MAX = 1_500;

export interface Episode {
  readonly number: number;
  readonly link: Link;
  readonly fault: Fault;
  readonly holdMs: number;
}

export type Pair = readonly [link: Link, kind: Kind];

/** Every fault of every link. */
export const PAIRS: readonly Pair[] = (Object.keys(LINKS) as Link[]).flatMap((link) =>
  (Object.keys(FAULTS) as Kind[]).map((kind) => [link, kind] as const),
);

/** So many episodes: each pair before any comes again, in an order of the seed. */
export function planEpisodes(seed: number, count: number, pairs: readonly Pair[] = PAIRS): Episode[] {
  const random = new Random(seed);
  const planned: Episode[] = [];
  while (planned.length < count) {
    for (const [link, kind] of random.shuffled(pairs)) {
      const holdMs = random.between(HOLD_MS_MIN, HOLD_MS_MAX);
      planned.push({ number: planned.length + 1, link, fault: FAULTS[kind](random), holdMs });
    }
  }
  return planned.slice(0, count);
}
