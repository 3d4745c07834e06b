/** Providers and routes as an operator of the switch sets them. Running servers must be told afterwards. */
import { assert } from '../core/assert.ts';
import type { Vault } from '../platform/crypto.ts';
import type { Database } from '../platform/postgres.ts';
import type { Capability, ProviderSettings } from './connector.ts';

export interface NewProvider extends ProviderSettings {
  /** The connector's own record: what a new provider starts with. */
  readonly defaultCapability: Capability;
  readonly capability?: Capability;
  /** A pinned record keeps its refusal codes whatever the provider does. */
  readonly pinned?: boolean;
  readonly settlement?: 'payable' | 'float';
}

/**
 * Adds a provider, or replaces the configuration of one that is there and what else is given. Refused when that one
 * has another environment or connector (SQLSTATE TR003).
 */
export async function addProvider(database: Database, vault: Vault, provider: NewProvider): Promise<void> {
  await database.query('select toprail.add_provider($1, $2, $3, $4, $5, $6, $7, $8)', [
    provider.id,
    provider.environment,
    provider.connector,
    vault.seal(JSON.stringify(provider.config), 'provider.config'),
    provider.defaultCapability,
    provider.capability ?? null,
    provider.pinned ?? null,
    provider.settlement ?? null,
  ]);
}

export interface NewRoute {
  readonly environment: 'sandbox' | 'live';
  readonly provider: string;
  /** Absent: all operators, all products. */
  readonly operatorId?: number;
  readonly productId?: number;
  readonly sku?: string;
  /** Of the face value. */
  readonly costPercent: string;
  /** Lower ones are tried first. */
  readonly priority: number;
}

/** Adds a route, or replaces the one of the same provider, operator and product. */
export async function addRoute(database: Database, route: NewRoute): Promise<bigint> {
  const { rows } = await database.query<{ id: bigint }>(
    'select toprail.add_route($1, $2, $3, $4, $5, $6, $7) as id',
    [
      route.environment,
      route.provider,
      route.operatorId ?? null,
      route.productId ?? null,
      route.sku ?? null,
      route.costPercent,
      route.priority,
    ],
  );
  const [row] = rows;
  assert(row, 'add_route returns an id');
  return row.id;
}

/** A conformance run has shown it. False: the provider's record does not claim it. */
export async function proveIdempotentSubmit(
  database: Database,
  provider: string,
  actor: string,
): Promise<boolean> {
  const { rows } = await database.query<{ proven: boolean }>(
    'select toprail.prove_idempotent_submit($1, $2) as proven',
    [provider, actor],
  );
  return rows[0]?.proven ?? false;
}
