/**
 * The one history: every state change is one event, written in its own transaction. Ids have no gaps and appear in
 * commit order. Accounts see them under an opaque id and cursor, so nobody can count another's traffic.
 */
import type { AccountId } from '../core/ids.ts';
import type { Database } from '../platform/postgres.ts';

export interface LoggedEvent {
  readonly id: bigint;
  readonly orderId: bigint | undefined;
  /** Position in the order's own history, from 1. */
  readonly seq: number | undefined;
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly atMs: number;
}

interface EventRow {
  id: bigint;
  order_id: bigint | null;
  seq: number | null;
  type: string;
  body: Record<string, unknown>;
  at: Date;
}

const COLUMNS = 'id, order_id, seq, type, body, at';

/** An account's events after a cursor, oldest first. A late commit is never missed: ids appear in commit order. */
export async function readEvents(
  database: Database,
  accountId: AccountId,
  page: { readonly after: bigint; readonly limit: number },
): Promise<LoggedEvent[]> {
  const { rows } = await database.read<EventRow>(
    accountId,
    `select ${COLUMNS} from toprail.events where account_id = $1 and id > $2 order by id limit $3`,
    [accountId, page.after, page.limit],
  );
  return rows.map(loggedEvent);
}

/** The history of one order, oldest first. */
export async function readOrderEvents(
  database: Database,
  accountId: AccountId,
  orderId: bigint,
): Promise<LoggedEvent[]> {
  const { rows } = await database.read<EventRow>(
    accountId,
    `select ${COLUMNS} from toprail.events where account_id = $1 and order_id = $2 order by seq limit $3`,
    [accountId, orderId, TIMELINE_EVENTS_MAX],
  );
  return rows.map(loggedEvent);
}

/** An order in review for weeks still has fewer state changes than this. */
const TIMELINE_EVENTS_MAX = 1000;

function loggedEvent(row: EventRow): LoggedEvent {
  return {
    id: row.id,
    orderId: row.order_id ?? undefined,
    seq: row.seq ?? undefined,
    type: row.type,
    body: row.body,
    atMs: row.at.getTime(),
  };
}
