/** Lists: `limit` rows after the row that a cursor names. */
import { Refusal } from '../../../core/errors.ts';
import { type IdKind, parseId } from '../../../core/ids.ts';
import { LIMIT_DEFAULT } from '../wire.ts';

/** A cursor that is not one of ours, or not one of this list's. */
export function badCursor(): Refusal {
  return new Refusal('invalid_request', {
    issues: [{ field: 'after', issue: 'is not a cursor of this list' }],
  });
}

export function idCursor(kind: IdKind, after: string | undefined): bigint | undefined {
  if (after === undefined) return undefined;
  const id = parseId(kind, after);
  if (id === undefined) throw badCursor();
  return id;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Null at the end of the list. */
  readonly next: string | null;
}

/** One page of a list that is in memory, in its own order. */
export function pageOf<Row>(
  all: readonly Row[],
  keyOf: (row: Row) => string,
  { after, limit = LIMIT_DEFAULT }: { readonly after?: string; readonly limit?: number },
): Page<Row> {
  const from = after === undefined ? 0 : all.findIndex((row) => keyOf(row) === after) + 1;
  if (after !== undefined && from === 0) throw badCursor();
  return endOf(all.slice(from, from + limit + 1), keyOf, limit);
}

/** A page from `limit + 1` rows that were read: the one too many says that the list goes on. */
export function endOf<Row>(read: readonly Row[], keyOf: (row: Row) => string, limit: number): Page<Row> {
  const rows = read.slice(0, limit);
  const last = rows.at(-1);
  return { rows, next: read.length > limit && last !== undefined ? keyOf(last) : null };
}
