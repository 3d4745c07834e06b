/** After a restore: what nobody knows the end of, and what providers say that our books do not. */
import { assert } from '../core/assert.ts';
import type { Database } from '../platform/postgres.ts';
import { closeAnsweredBreaks } from './store.ts';

export interface Gap {
  /** Nothing is sent. */
  readonly isBlocked: boolean;
  /** Attempts of an older epoch that have not ended. */
  readonly attemptsOpen: number;
  readonly breaksOpen: number;
  /** Providers in service of which no statement was imported since. */
  readonly providersUnread: readonly string[];
}

export async function findGap(database: Database): Promise<Gap> {
  await closeAnsweredBreaks(database, undefined);
  const { rows } = await database.query<{
    blocked: boolean;
    attempts_open: bigint;
    breaks_open: bigint;
    providers_unread: string[];
  }>('select * from toprail.read_gap()');
  const [row] = rows;
  assert(row, 'read_gap answers');
  return {
    isBlocked: row.blocked,
    attemptsOpen: Number(row.attempts_open),
    breaksOpen: Number(row.breaks_open),
    providersUnread: row.providers_unread,
  };
}
