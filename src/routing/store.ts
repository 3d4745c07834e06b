/** SQL of routing: providers with their sealed settings, routes, the epoch of our references. */
import type { Vault } from '../platform/crypto.ts';
import type { Database } from '../platform/postgres.ts';
import type { Capability, ProviderSettings } from './connector.ts';
import type { Provider, Route } from './routes.ts';

export interface LoadedRouting {
  /** Without settings where these cannot be opened: then the provider cannot be used, and the others can. */
  readonly providers: readonly (Provider & { readonly settings: ProviderSettings | undefined })[];
  readonly routes: readonly Route[];
  readonly epoch: number;
  readonly sendingBlocked: boolean;
}

interface ProviderRow {
  id: string;
  environment: 'sandbox' | 'live';
  connector: string;
  config_sealed: Buffer;
  capability: Capability;
  settlement: 'payable' | 'float';
  in_service: boolean;
}

interface RouteRow {
  id: bigint;
  environment: 'sandbox' | 'live';
  provider_id: string;
  operator_id: number | null;
  product_id: number | null;
  sku: string | null;
  cost_percent: string;
  priority: number;
}

export async function loadRouting(database: Database, vault: Vault): Promise<LoadedRouting> {
  const [providers, routes, installation] = await Promise.all([
    database.query<ProviderRow>('select * from toprail.read_providers()'),
    database.query<RouteRow>('select * from toprail.read_routes()'),
    database.query<{ epoch: number; sending_blocked: boolean }>('select * from toprail.read_installation()'),
  ]);
  return {
    providers: providers.rows.map((row) => readProvider(row, vault)),
    routes: routes.rows.map((row) => ({
      id: Number(row.id),
      environment: row.environment,
      provider: row.provider_id,
      operatorId: row.operator_id ?? undefined,
      productId: row.product_id ?? undefined,
      sku: row.sku ?? undefined,
      costPercent: row.cost_percent,
      priority: row.priority,
    })),
    epoch: installation.rows[0]?.epoch ?? 1,
    sendingBlocked: installation.rows[0]?.sending_blocked ?? false,
  };
}

function readProvider(row: ProviderRow, vault: Vault): LoadedRouting['providers'][number] {
  const { id, environment, connector, capability, settlement } = row;
  return {
    id,
    environment,
    connector,
    capability,
    settlement,
    inService: row.in_service,
    settings: readSettings(row, vault),
  };
}

function readSettings(row: ProviderRow, vault: Vault): ProviderSettings | undefined {
  try {
    const config: unknown = JSON.parse(vault.open(row.config_sealed, 'provider.config'));
    return { id: row.id, environment: row.environment, connector: row.connector, config };
  } catch {
    return undefined;
  }
}

/** A code whose refusal was a lie leaves the provider's proven set; false when the record is pinned. */
export async function withdrawRefusalCode(
  database: Database,
  provider: string,
  code: string,
): Promise<boolean> {
  const { rows } = await database.query<{ withdrawn: boolean }>(
    'select toprail.withdraw_refusal_code($1, $2) as withdrawn',
    [provider, code],
  );
  return rows[0]?.withdrawn ?? false;
}
