/** The lane on which this process mints ids: a leased row, kept by a heartbeat, by the database's clock. */
import { randomUUID } from 'node:crypto';
import { IdMint } from '../core/ids.ts';
import type { Clock } from '../core/time.ts';
import type { Database } from '../platform/postgres.ts';

export interface Lane {
  readonly holder: string;
  readonly mint: IdMint;
  /** False when the lease may be over by now: no id may be minted until it has been renewed. */
  isHeld(): boolean;
  /** Renews the lease; false when somebody else has the lane, after which no id may be minted. */
  keep(): Promise<boolean>;
  release(): Promise<void>;
}

export const LANE_KEEP_EVERY_MS = 10_000;
const LANE_LEASE_SECONDS = 60;

export async function leaseLane(database: Database, clock: Clock): Promise<Lane> {
  const holder = randomUUID();
  const { rows } = await database.query<{ lane: number | null }>(
    'select toprail.lease_lane($1, $2) as lane',
    [holder, LANE_LEASE_SECONDS],
  );
  const lane = rows[0]?.lane;
  if (lane === null || lane === undefined)
    throw new Error('all 64 lanes of ids are leased: too many processes run');
  // By the monotonic time of this machine: a clock that is set back must not stretch the lease.
  let keptAtMs = performance.now();
  return {
    holder,
    isHeld: () => performance.now() - keptAtMs < LANE_LEASE_SECONDS * 1000 - LANE_KEEP_EVERY_MS,
    mint: new IdMint(lane, () => clock.now()),
    keep: async () => {
      const askedAtMs = performance.now();
      const kept = await database.query<{ kept: boolean }>('select toprail.keep_lane($1, $2) as kept', [
        holder,
        LANE_LEASE_SECONDS,
      ]);
      if (kept.rows[0]?.kept !== true) return false;
      keptAtMs = askedAtMs;
      return true;
    },
    release: async () => {
      await database.query('select toprail.release_lane($1)', [holder]);
    },
  };
}
