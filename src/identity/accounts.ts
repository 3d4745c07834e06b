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
    `select id, parent_id as "parentId", name, environment, plan, status, created_at as "createdAt"
     from toprail.list_accounts()`,
  );
  return rows;
}
