/** The table of contents of what the switch does by itself, orders apart: one loop over due rows each. */
import type { DueWork } from './platform/due-loop.ts';
import type { DialectServices } from './protocols/dialect.ts';

const HOUR_MS = 3_600_000;

export function createDueWork({ engine }: DialectServices): readonly DueWork[] {
  return [
    {
      name: 'partitions of the months to come',
      periodMs: HOUR_MS,
      look: async () => {
        await engine.database.query('select toprail.create_partitions()');
        return undefined;
      },
    },
  ];
}
