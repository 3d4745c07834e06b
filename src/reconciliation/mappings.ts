/** Mappings as they are kept: named, per provider, each change a new version. */
import type { Database } from '../platform/postgres.ts';
import type { Mapping } from './mapping.ts';

export interface KeptMapping {
  readonly provider: string;
  readonly name: string;
  readonly version: number;
  readonly mapping: Mapping;
}

/** The version under which it stands: the one before, where nothing is new. */
export async function keepMapping(
  database: Database,
  { provider, name, mapping }: Omit<KeptMapping, 'version'>,
): Promise<number> {
  const { rows } = await database.query<{ version: number }>(
    'select toprail.keep_statement_mapping($1, $2, $3) as version',
    [provider, name, JSON.stringify(mapping)],
  );
  const [row] = rows;
  if (!row) throw new Error('keep_statement_mapping answered nothing');
  return row.version;
}

/** The latest version of each, of one provider or all. */
export async function listMappings(database: Database, provider: string | undefined): Promise<KeptMapping[]> {
  // Only what `readMapping` has let through is kept.
  const { rows } = await database.query<{
    provider_id: string;
    name: string;
    version: number;
    mapping: Mapping;
  }>('select * from toprail.read_statement_mappings($1)', [provider ?? null]);
  return rows.map(({ provider_id: of, ...row }) => ({ ...row, provider: of }));
}
