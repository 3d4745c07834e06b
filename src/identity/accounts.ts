/** Accounts of the switch, as whoever runs it sees them. */
import { assert } from '../core/assert.ts';
import type { AccountId } from '../core/ids.ts';
import type { Database } from '../platform/postgres.ts';
import type { AccountStatus, Environment } from './clients.ts';

export interface Account {
  readonly id: AccountId;
  readonly parentId: AccountId | null;
  readonly name: string;
  readonly environment: Environment;
  readonly plan: string;
  readonly status: AccountStatus;
  /** Null: as every account (`lookup-quota.ts`). */
  readonly lookupsPerMinute: number | null;
  readonly createdAt: Date;
}

export interface NewAccount {
  readonly name: string;
  readonly environment: Environment;
  readonly plan: string;
  readonly parentId: bigint | undefined;
}

/** The database refuses a plan that does not exist and a parent of another environment (SQLSTATE TR003). */
export async function createAccount(database: Database, account: NewAccount): Promise<AccountId> {
  const { name, environment, plan, parentId } = account;
  const { rows } = await database.query<{ id: AccountId }>(
    'select toprail.create_account($1, $2, $3, $4) as id',
    [name, environment, plan, parentId ?? null],
  );
  const [row] = rows;
  assert(row, 'create_account returns an id');
  return row.id;
}

export async function listAccounts(database: Database): Promise<Account[]> {
  const { rows } = await database.query<Account>(
    `select id, parent_id as "parentId", name, environment, plan, status,
       lookups_per_minute as "lookupsPerMinute", created_at as "createdAt"
     from toprail.list_accounts()`,
  );
  return rows;
}

export interface AccountChange {
  readonly id: bigint;
  readonly status?: AccountStatus | undefined;
  /** Null: back to what every account has. */
  readonly lookupsPerMinute?: number | null | undefined;
}

/**
 * Changes what is given. A suspended account may read and places no orders; a closed one is refused everything and
 * stays closed (SQLSTATE TR003, as for an account that does not exist). Orders on their way end as they would.
 */
export async function changeAccount(database: Database, change: AccountChange): Promise<void> {
  const { id, status, lookupsPerMinute } = change;
  const lookups = lookupsPerMinute === null ? 0 : (lookupsPerMinute ?? null);
  await database.query('select toprail.change_account($1, $2, $3)', [id, status ?? null, lookups]);
}
