/** Looks for a seed that shows each planted bug. */
import type { Violation } from './auditor.ts';
import { plantedWorld } from './plant.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';

/** Seeds that a bug may stay unseen for, and orders of each: some bugs need many at once. */
const SEEDS_MAX = 100;
const ORDERS = 60;

export interface Hunted {
  readonly name: string;
  readonly caught: (Violation & { readonly seed: number }) | undefined;
}

export async function* plantedBugs(): AsyncGenerator<Hunted> {
  for (const [number, { name }] of PLANTED_BUGS.entries()) {
    const { World } = await plantedWorld(number);
    let caught: Hunted['caught'];
    for (let seed = 1; seed <= SEEDS_MAX && !caught; seed++) {
      const [violation] = (await new World({ seed, orders: ORDERS }).run()).violations;
      if (violation) caught = { ...violation, seed };
    }
    yield { name, caught };
  }
}
