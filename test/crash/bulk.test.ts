/** A file of orders whose server is killed while its rows are placed. */
import { test } from 'node:test';
import { crashInBulk } from '../harness/bulk-crash.ts';

test('each row of a file is done once, whoever is killed in the middle', { timeout: 4 * 60_000 }, (context) =>
  crashInBulk({
    rows: 400,
    kills: [
      { afterLines: 60, target: 'server' },
      { afterLines: 20, target: 'both' },
    ],
    withinMs: 90_000,
    say: (line) => context.diagnostic(line),
  }),
);
