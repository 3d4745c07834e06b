/** The history of the catalogue, as triggers wrote it: what to read again since a point in it. */
import type { Queryable } from './seed.ts';

export interface CatalogueChange {
  /** Rises with every change; a cursor. */
  readonly id: bigint;
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly kind: 'added' | 'changed' | 'withdrawn';
  /** `catalogue`: all of it was loaded for the first time. */
  readonly resource: 'catalogue' | 'country' | 'operator' | 'product' | 'promotion' | 'rate';
  readonly resourceId: string;
  /** Columns; of an operator also `prefixes`. Empty for what was added or withdrawn. */
  readonly fields: readonly string[];
}

interface Row {
  readonly id: string;
  readonly version: string;
  readonly at_ms: number;
  readonly kind: CatalogueChange['kind'];
  readonly resource: CatalogueChange['resource'];
  readonly resource_id: string;
  readonly fields: readonly string[];
}

/** Oldest first. Ids rise in the order of commits, so whoever asks after the last one misses nothing. */
export async function readChanges(
  db: Queryable,
  { after, limit }: { readonly after: bigint; readonly limit: number },
): Promise<readonly CatalogueChange[]> {
  const { rows } = await db.query(
    `select id::text as id, version, floor(extract(epoch from at) * 1000)::float8 as at_ms, kind, resource,
       resource_id, fields
     from toprail.catalogue_changes where id > $1::bigint order by id limit $2::integer`,
    [`${after}`, `${limit}`],
  );
  // The statement selects these very columns.
  return (rows as Row[]).map(({ id, at_ms: atMs, resource_id: resourceId, ...rest }) => ({
    ...rest,
    id: BigInt(id),
    atMs,
    resourceId,
  }));
}
