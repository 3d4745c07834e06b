/** Statements that were imported, and the breaks that they have brought up. */
import type { Vault } from '../platform/crypto.ts';
import type { Database } from '../platform/postgres.ts';
import type { BreakClass, StatedVerdict } from './line.ts';

export interface KeptStatement {
  readonly id: bigint;
  readonly provider: string;
  readonly mapping: { readonly name: string; readonly version: number } | undefined;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  readonly isComplete: boolean;
  /** Undefined while its import is not finished. */
  readonly lines: number | undefined;
  readonly leftOut: number | undefined;
  readonly importedAtMs: number;
}

/** The newest first. */
export async function listStatements(
  database: Database,
  { provider, limit }: { readonly provider: string | undefined; readonly limit: number },
): Promise<KeptStatement[]> {
  const { rows } = await database.query<{
    id: bigint;
    provider_id: string;
    mapping_name: string | null;
    mapping_version: number | null;
    period_from: Date | null;
    period_to: Date | null;
    complete: boolean;
    line_count: number | null;
    left_out: number | null;
    imported_at: Date;
  }>('select * from toprail.list_statements($1, $2)', [provider ?? null, limit]);
  return rows.map((row) => ({
    id: row.id,
    provider: row.provider_id,
    mapping:
      row.mapping_name === null || row.mapping_version === null
        ? undefined
        : { name: row.mapping_name, version: row.mapping_version },
    fromMs: row.period_from?.getTime(),
    toMs: row.period_to?.getTime(),
    isComplete: row.complete,
    lines: row.line_count ?? undefined,
    leftOut: row.left_out ?? undefined,
    importedAtMs: row.imported_at.getTime(),
  }));
}

export interface Break {
  readonly id: bigint;
  readonly provider: string;
  readonly class: BreakClass;
  readonly statement: bigint;
  /** Of the line in the file; undefined where the break is that there is none. */
  readonly line: number | undefined;
  readonly issue: string | undefined;
  readonly verdict: StatedVerdict | undefined;
  readonly theirReference: string | undefined;
  readonly orderId: bigint | undefined;
  readonly attempt: number | undefined;
  readonly amount: bigint | undefined;
  readonly currency: string | undefined;
  /** UTC. */
  readonly day: string;
  readonly openedAtMs: number;
  readonly closed: Closing | undefined;
}

export interface Closing {
  readonly atMs: number;
  readonly by: 'adjustment' | 'line' | 'order' | 'person';
  /** Of the adjustment or the line. */
  readonly id: bigint | undefined;
  readonly person: string | undefined;
  readonly note: string | undefined;
}

export interface BreakFilter {
  readonly provider?: string;
  readonly class?: BreakClass;
  readonly state?: 'open' | 'closed';
  readonly statement?: bigint;
  readonly after?: bigint;
  readonly limit: number;
}

interface BreakRow {
  id: bigint;
  provider_id: string;
  class: BreakClass;
  statement_id: bigint;
  number: number | null;
  issue: string | null;
  verdict: StatedVerdict | null;
  their_reference: string | null;
  order_id: bigint | null;
  attempt: number | null;
  amount: bigint | null;
  currency: string | null;
  day: string;
  opened_at: Date;
  closed_at: Date | null;
  closed_by: Closing['by'] | null;
  closing_id: bigint | null;
  closing_person: string | null;
  closing_note: Buffer | null;
}

/** The oldest first. */
export async function listBreaks(
  { database, vault }: { readonly database: Database; readonly vault: Vault },
  filter: BreakFilter,
): Promise<Break[]> {
  const { rows } = await database.query<BreakRow>(
    'select * from toprail.list_breaks($1, $2, $3, $4, $5, $6)',
    [
      filter.provider ?? null,
      filter.class ?? null,
      filter.state ?? null,
      filter.statement ?? null,
      filter.after ?? 0n,
      filter.limit,
    ],
  );
  return rows.map((row) => readBreak(row, vault));
}

function readBreak(row: BreakRow, vault: Vault): Break {
  return {
    id: row.id,
    provider: row.provider_id,
    class: row.class,
    statement: row.statement_id,
    line: row.number ?? undefined,
    issue: row.issue ?? undefined,
    verdict: row.verdict ?? undefined,
    theirReference: row.their_reference ?? undefined,
    orderId: row.order_id ?? undefined,
    attempt: row.attempt ?? undefined,
    amount: row.amount ?? undefined,
    currency: row.currency ?? undefined,
    day: row.day,
    openedAtMs: row.opened_at.getTime(),
    closed:
      row.closed_at && row.closed_by
        ? {
            atMs: row.closed_at.getTime(),
            by: row.closed_by,
            id: row.closing_id ?? undefined,
            person: row.closing_person ?? undefined,
            note: row.closing_note ? vault.open(row.closing_note, 'statement') : undefined,
          }
        : undefined,
  };
}

/** By a person who has cleared it with the provider. False: there is no such open break. */
export async function closeBreak(
  { database, vault }: { readonly database: Database; readonly vault: Vault },
  { id, person, note }: { readonly id: bigint; readonly person: string; readonly note: string },
): Promise<boolean> {
  const { rows } = await database.query<{ closed: boolean }>(
    'select toprail.close_break($1, $2, $3) as closed',
    [id, person, vault.seal(note, 'statement')],
  );
  return rows[0]?.closed ?? false;
}
