/** SQL of sessions. */
import type { Database } from '../platform/postgres.ts';

export interface SessionRecord {
  readonly clientId: string;
  readonly logouts: number;
  readonly expiresAtMs: number;
}

interface SessionRow {
  client_id: string;
  logouts: number;
  expires_at: Date;
}

/** Undefined: there is no such client, or it was revoked. */
export async function insertSession(
  database: Database,
  session: { readonly clientId: string; readonly refreshHash: Buffer; readonly lifetimeSeconds: number },
): Promise<SessionRecord | undefined> {
  const { clientId, refreshHash, lifetimeSeconds } = session;
  const { rows } = await database.query<Omit<SessionRow, 'client_id'>>(
    'select * from toprail.open_session($1, $2, $3)',
    [clientId, refreshHash, lifetimeSeconds],
  );
  return rows[0] && readRow({ ...rows[0], client_id: clientId });
}

/** Undefined: the former token is unknown, used, expired, or its session was ended. */
export async function replaceSession(
  database: Database,
  change: { readonly formerHash: Buffer; readonly refreshHash: Buffer; readonly lifetimeSeconds: number },
): Promise<SessionRecord | undefined> {
  const { formerHash, refreshHash, lifetimeSeconds } = change;
  const { rows } = await database.query<SessionRow>('select * from toprail.refresh_session($1, $2, $3)', [
    formerHash,
    refreshHash,
    lifetimeSeconds,
  ]);
  return rows[0] && readRow(rows[0]);
}

export async function deleteSessions(database: Database, clientId: string): Promise<void> {
  await database.query('select toprail.end_sessions($1)', [clientId]);
}

function readRow(row: SessionRow): SessionRecord {
  return { clientId: row.client_id, logouts: row.logouts, expiresAtMs: row.expires_at.getTime() };
}
