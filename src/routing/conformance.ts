/**
 * The conformance run of a connector: does the provider do what its capability record claims? It submits a small
 * instruction, loses the answer, submits the same again and counts the deliveries. Only what was seen may be called
 * proven; what the run cannot see stays a claim.
 */
import { type Clock, later, momentOf, pause } from '../core/time.ts';
import type { Connector, Evidence, Instruction } from './connector.ts';

export interface ConformanceBench {
  /** Speaks over `wire`. */
  readonly connector: Connector;
  readonly wire: { isCut: boolean; readonly lost: number };
  readonly clock: Clock;
  /** A recipient that the provider really tops up, and what it costs least. */
  readonly instruction: Omit<Instruction, 'reference'>;
  /** References that nobody has used, and nobody will. */
  readonly reference: () => string;
  /** How often the provider has delivered a reference, from its own records; undefined: nobody can say. */
  readonly deliveries: (reference: string) => Promise<number | undefined>;
  readonly say: (line: string) => void;
}

export interface Finding {
  readonly capability: 'statusByOurReference' | 'notFoundOfUnused' | 'idempotentSubmit' | 'oneDelivery';
  readonly claimed: string;
  readonly seen: string;
  readonly holds: boolean;
}

export interface Conformance {
  readonly reference: string;
  readonly findings: readonly Finding[];
  /** One delivery after two submissions, counted in the provider's own records, where the record claims that. */
  readonly provesIdempotentSubmit: boolean;
}

const ASK_EVERY_MS = 1_000;

export async function runConformance(bench: ConformanceBench): Promise<Conformance> {
  const { connector, wire, deliveries, say } = bench;
  const { capability } = connector;
  const unused = bench.reference();
  say(`asking about ${unused}, which was never used`);
  const nothing = await connector.query(unused);

  const reference = bench.reference();
  say(`submitting ${reference}, and losing the answer`);
  wire.isCut = true;
  const lostBefore = wire.lost;
  const first = await submit(bench, reference);
  const wasLost = wire.lost > lostBefore && first.verdict === 'unknown';
  wire.isCut = false;

  say('asking what became of it');
  const status = await untilEnded(bench, reference);
  say('submitting the same again');
  const second = await submit(bench, reference);
  await pause(bench.clock, ASK_EVERY_MS);
  const after = await untilEnded(bench, reference);
  const counted = await deliveries(reference);

  const sameEnd = second.verdict === 'delivered' || second.verdict === 'pending';
  const isOnce = counted === 1 && wasLost;
  const findings: Finding[] = [
    {
      capability: 'notFoundOfUnused',
      claimed: 'not_found',
      seen: nothing.verdict,
      holds: nothing.verdict === 'not_found',
    },
    {
      capability: 'statusByOurReference',
      claimed: `${capability.statusByOurReference}`,
      seen: `${status.verdict}, then ${after.verdict}`,
      holds: capability.statusByOurReference === (status.verdict === 'delivered'),
    },
    {
      capability: 'idempotentSubmit',
      claimed: capability.idempotentSubmit,
      seen: `${wasLost ? 'answer lost' : `no answer was lost: ${first.verdict}`}, then ${second.verdict}`,
      holds: wasLost && sameEnd,
    },
    {
      capability: 'oneDelivery',
      claimed: '1',
      seen: counted === undefined ? 'nobody can say' : `${counted}`,
      holds: isOnce,
    },
  ];
  return {
    reference,
    findings,
    provesIdempotentSubmit: capability.idempotentSubmit !== 'none' && findings.every(({ holds }) => holds),
  };
}

function submit({ connector, clock, instruction }: ConformanceBench, reference: string): Promise<Evidence> {
  const deadline = later(momentOf(clock), connector.capability.sendDeadlineSeconds * 1000);
  return connector.submit({ ...instruction, reference }, deadline);
}

/** Asks until it has ended, for as long as the record allows a provider to take. */
async function untilEnded({ connector, clock }: ConformanceBench, reference: string): Promise<Evidence> {
  const { settleHorizonSeconds, longestPauseSeconds } = connector.capability;
  for (let left = settleHorizonSeconds + longestPauseSeconds; ; left--) {
    const said = await connector.query(reference);
    if (said.verdict === 'delivered' || said.verdict === 'refused' || left <= 0) return said;
    await pause(clock, ASK_EVERY_MS);
  }
}
