/** How a guard of the schema is written down here: the rows that it alone refuses. */

/** Columns and the SQL of their values. */
export type Row = Readonly<Record<string, string>>;

export interface GuardedTable {
  readonly table: string;
  /** A row that every guard lets in, beside what `WORLD` holds. */
  readonly innocent: Row;
  /** By the name of the constraint or unique index: what its sinner changes in the innocent row. */
  readonly sins: Readonly<Record<string, Sin>>;
}

/** The last row is refused by this guard; the rows before it go in. */
type Sinners = readonly [Row] | readonly [Row, Row];
export type Sin =
  | Sinners
  /** Another guard stands behind this one: with both gone the row goes in, and with one of them it does not. */
  | { readonly rows: Sinners; readonly behind: string }
  /** It refuses nothing itself: the other guard, of another table, falls with it. */
  | { readonly carries: string };

/** For what may stand once: the innocent row, then a second one that differs from it in `changes`. */
export function again(changes: Row): Sinners {
  return [{}, changes];
}

export const ACCOUNT = '900001';
export const OTHER_ACCOUNT = '900002';
export const PROVIDER = "'guarded'";
/** Rows of the world that others refer to; no identity column counts this far. */
export const STATEMENT = '900001';
export const LINE = '900001';
export const NOBODY = '999999';

/** It stands still: what a sin does not change is equal in two rows. */
export const NOW = "timestamptz '2026-01-31 12:00Z'";
export const NULL = 'null';
/** A value that no list of states, kinds or reasons knows. */
export const STRANGE = "'strange'";
export const EMPTY = "''";
export const BYTES = "'\\x01'";

/** An id of this month, so that its partition exists. */
export const id = (number: number) =>
  `toprail.first_id_at(date_trunc('month', toprail.now(), 'UTC')) + ${number}`;

export const uuid = (number: number) => `'00000000-0000-4000-8000-${String(number).padStart(12, '0')}'`;

export const text = (length: number) => `repeat('x', ${length})`;

/** What the innocent rows stand on. The tables of one row lose theirs: their innocent row is that row. */
export const WORLD: readonly string[] = [
  'select toprail.create_partitions()',
  `insert into toprail.accounts (id, name, environment, plan, status) overriding system value
     values (${ACCOUNT}, 'Guarded', 'sandbox', 'gold', 'active'), (${OTHER_ACCOUNT}, 'Other', 'sandbox', 'gold', 'active')`,
  `insert into toprail.providers (id, environment, connector, config_sealed, capability)
     values (${PROVIDER}, 'sandbox', 'sandbox', ${BYTES}, '{}')`,
  `insert into toprail.statements (id, provider_id, fingerprint, complete, window_seconds, cost_tolerance, imported_at)
     overriding system value values (${STATEMENT}, ${PROVIDER}, ${uuid(900)}, false, 60, 0, ${NOW})`,
  `insert into toprail.statement_lines (id, provider_id, content, occurrence, statement_id, issue)
     overriding system value values (${LINE}, ${PROVIDER}, ${uuid(900)}, 1, ${STATEMENT}, 'no time')`,
  'delete from toprail.books_closed',
  'delete from toprail.event_counter',
  'delete from toprail.installation',
  'delete from toprail.lanes',
  'delete from toprail.installation_keys',
];
