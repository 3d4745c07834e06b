/** The model is what PostgreSQL is: the same commands, the same answers, the same rows. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Random } from '../harness/random.ts';
import { Twins } from './differential.ts';
import { Sequences } from './sequences.ts';

const COUNT = Number(process.env['TOPRAIL_SEQUENCES'] ?? 300);
const SEED = Number(process.env['TOPRAIL_SEQUENCES_SEED'] ?? 1);
/** What a run must have done, or it has compared nothing. */
const DONE = [
  'accept accepted',
  'accept replayed',
  'accept reused',
  'accept insufficient_balance',
  'accept wallet_not_found',
  'accept refused by the tables',
  'advance DISPATCHING',
  'advance IN_DOUBT',
  'advance DELIVERED',
  'advance FAILED',
  'advance CANCELLED',
  'advance REVIEW',
  'advance stale',
  'adjusted OPERATOR_REVERSAL',
  'adjusted LATE_DELIVERY',
  'adjusted CORRECTION',
  'claimed',
  'notice taken',
  'notice not taken',
  'notices claimed',
  'notice finished',
  'notice postponed',
  'reference asked for',
  'next due asked for',
];

describe('model and PostgreSQL', () => {
  let twins: Twins;
  before(async () => {
    twins = await Twins.make();
  });
  after(() => twins.close());

  it(`agree over ${COUNT} random sequences`, async (context) => {
    const sequences = new Sequences(twins, new Random(SEED));
    for (let sequence = 0; sequence < COUNT; sequence++) await sequences.run();
    const { tally } = sequences;
    assert.deepEqual(
      DONE.filter((what) => !tally.get(what)),
      [],
      'not one of these',
    );
    context.diagnostic([...tally].map(([what, count]) => `${what} ${count}`).join(', '));
  });
});
