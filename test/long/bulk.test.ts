/** 100,000 rows, and the kills among them. */
import { test } from 'node:test';
import { crashInBulk } from '../harness/bulk-crash.ts';

test(
  'each of 100,000 rows is done once, whoever is killed in the middle',
  { timeout: 40 * 60_000 },
  (context) =>
    crashInBulk({
      rows: 100_000,
      kills: [
        { afterLines: 20_000, target: 'server' },
        { afterLines: 40_000, target: 'postgres' },
        { afterLines: 40_000, target: 'both' },
        { afterLines: 40_000, target: 'server' },
      ],
      withinMs: 15 * 60_000,
      say: (line) => context.diagnostic(line),
    }),
);
