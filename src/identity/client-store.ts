/** SQL of clients: how they are looked up before anybody knows the account, made, rotated and revoked. */
import { assert } from '../core/assert.ts';
import type { AccountId } from '../core/ids.ts';
import type { Database } from '../platform/postgres.ts';
import { type AllowList, readAllowList } from './allow-list.ts';
import type { AccountStatus, Environment } from './clients.ts';
import type { Scope } from './scopes.ts';

/** An account above another one in the tree. */
export interface Reseller {
  readonly accountId: AccountId;
  readonly plan: string;
}

/** A client that is not revoked, with its account. */
export interface ClientRecord {
  readonly id: string;
  readonly accountId: AccountId;
  readonly environment: Environment;
  readonly plan: string;
  readonly resellers: readonly Reseller[];
  readonly status: AccountStatus;
  readonly scopes: readonly Scope[];
  readonly secretHash: Buffer;
  readonly previous: { readonly secretHash: Buffer; readonly untilMs: number } | undefined;
  readonly logouts: number;
  readonly requestsPerSecond: number | undefined;
  readonly lookupsPerMinute: number | undefined;
  readonly allowFrom: AllowList | undefined;
}

interface ClientRow {
  id: string;
  account_id: bigint;
  environment: Environment;
  plan: string;
  resellers: { account: number; plan: string }[] | null;
  status: AccountStatus;
  scopes: Scope[];
  secret_hash: Buffer;
  previous_secret_hash: Buffer | null;
  previous_secret_until: Date | null;
  logouts: number;
  requests_per_second: number | null;
  lookups_per_minute: number | null;
  allow_from: string[] | null;
}

export async function findClient(
  database: Database,
  by: { readonly id: string } | { readonly apiKeyHash: Buffer },
): Promise<ClientRecord | undefined> {
  const params = 'id' in by ? [by.id, null] : [null, by.apiKeyHash];
  const { rows } = await database.query<ClientRow>('select * from toprail.find_client($1, $2)', params, {
    name: 'find_client',
  });
  const row = rows[0];
  if (!row) return undefined;
  const { previous_secret_hash: secretHash, previous_secret_until: until } = row;
  return {
    id: row.id,
    accountId: row.account_id as AccountId,
    environment: row.environment,
    plan: row.plan,
    resellers: (row.resellers ?? []).map(({ account, plan }) => ({
      accountId: BigInt(account) as AccountId,
      plan,
    })),
    status: row.status,
    scopes: row.scopes,
    secretHash: row.secret_hash,
    previous: secretHash && until ? { secretHash, untilMs: until.getTime() } : undefined,
    logouts: row.logouts,
    requestsPerSecond: row.requests_per_second ?? undefined,
    lookupsPerMinute: row.lookups_per_minute ?? undefined,
    allowFrom: row.allow_from === null ? undefined : allowListOf(row.allow_from),
  };
}

function allowListOf(networks: readonly string[]): AllowList {
  const list = readAllowList(networks);
  assert(list, 'the database keeps networks only');
  return list;
}

export interface NewClient {
  readonly id: string;
  readonly accountId: bigint;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly secretHash: Buffer;
  readonly apiKeyHash: Buffer;
}

export async function insertClient(database: Database, client: NewClient): Promise<void> {
  const { id, accountId, name, scopes, secretHash, apiKeyHash } = client;
  await database.query('select toprail.create_client($1, $2, $3, $4, $5, $6)', [
    id,
    accountId,
    name,
    scopes,
    secretHash,
    apiKeyHash,
  ]);
}

/** False: there is no such client, or it was revoked. */
export async function replaceSecret(
  database: Database,
  change: {
    readonly id: string;
    readonly secretHash: Buffer;
    readonly apiKeyHash: Buffer | undefined;
    readonly graceSeconds: number;
  },
): Promise<boolean> {
  const { rows } = await database.query<{ rotated: boolean }>(
    'select toprail.rotate_client($1, $2, $3, $4) as rotated',
    [change.id, change.secretHash, change.apiKeyHash ?? null, change.graceSeconds],
  );
  return rows[0]?.rotated ?? false;
}

/** False: there is no such client. */
export async function markRevoked(database: Database, id: string): Promise<boolean> {
  const { rows } = await database.query<{ revoked: boolean }>('select toprail.revoke_client($1) as revoked', [
    id,
  ]);
  return rows[0]?.revoked ?? false;
}

/** Undefined: back to what every client has. False: there is no such client, or it was revoked. */
export async function setClientRate(
  database: Database,
  id: string,
  requestsPerSecond: number | undefined,
): Promise<boolean> {
  const { rows } = await database.query<{ changed: boolean }>(
    'select toprail.set_client_rate($1, $2) as changed',
    [id, requestsPerSecond ?? null],
  );
  return rows[0]?.changed ?? false;
}

/** Undefined: from any address. False: there is no such client, or it was revoked. */
export async function setClientAddresses(
  database: Database,
  id: string,
  networks: readonly string[] | undefined,
): Promise<boolean> {
  const { rows } = await database.query<{ changed: boolean }>(
    'select toprail.set_client_addresses($1, $2) as changed',
    [id, networks ?? null],
  );
  return rows[0]?.changed ?? false;
}

export interface ClientLine {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly requestsPerSecond: number | null;
  readonly allowFrom: readonly string[] | null;
  readonly previousSecretUntil: Date | null;
  readonly revokedAt: Date | null;
  readonly createdAt: Date;
}

export async function listClients(database: Database, accountId: bigint): Promise<ClientLine[]> {
  const { rows } = await database.query<ClientLine>(
    `select id, name, scopes, requests_per_second as "requestsPerSecond", allow_from as "allowFrom",
       previous_secret_until as "previousSecretUntil", revoked_at as "revokedAt", created_at as "createdAt"
     from toprail.list_clients($1)`,
    [accountId],
  );
  return rows;
}
