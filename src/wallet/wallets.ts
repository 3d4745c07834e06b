/** Wallets and their statements, read as their own account sees them. */
import type { AccountId, WalletId } from '../core/ids.ts';
import type { Minor } from '../core/money.ts';
import type { Database } from '../platform/postgres.ts';
import type { PostingKind } from './posting.ts';

export interface Wallet {
  readonly id: WalletId;
  readonly currency: string;
  readonly posted: Minor;
  readonly held: Minor;
  readonly creditLimit: Minor;
  readonly updatedAtMs: number;
}

/** What an order can be paid from, credit not counted. */
export function available(wallet: Wallet): Minor {
  return wallet.posted - wallet.held;
}

/** What a wallet can pay by its constraint, credit counted; below zero where its limit was lowered. */
export async function spendable(
  database: Database,
  accountId: AccountId,
  walletId: WalletId,
): Promise<Minor> {
  const wallet = (await readWallets(database, accountId)).find(({ id }) => id === walletId);
  if (!wallet) throw new Error(`there is no wallet ${walletId}`);
  return available(wallet) + wallet.creditLimit;
}

/** One line of a statement: what moved the wallet, and the balance after it. */
export interface WalletEntry {
  /** Position in the statement, from 1 without gaps. */
  readonly number: bigint;
  readonly source: bigint;
  readonly kind: PostingKind;
  /** Signed: positive when the wallet gained. */
  readonly amount: Minor;
  readonly currency: string;
  readonly postedAfter: Minor;
  readonly createdAtMs: number;
}

interface WalletRow {
  id: bigint;
  currency: string;
  posted: bigint;
  held: bigint;
  credit_limit: bigint;
  updated_at: Date;
}

const WALLET_COLUMNS = 'id, currency, posted, held, credit_limit, updated_at';

export async function readWallets(database: Database, accountId: AccountId): Promise<Wallet[]> {
  const { rows } = await database.read<WalletRow>(
    accountId,
    `select ${WALLET_COLUMNS} from toprail.wallets where account_id = $1 order by id`,
    [accountId],
  );
  return rows.map((row) => ({
    id: row.id as WalletId,
    currency: row.currency,
    posted: row.posted,
    held: row.held,
    creditLimit: row.credit_limit,
    updatedAtMs: row.updated_at.getTime(),
  }));
}

export interface EntriesPage {
  readonly limit: number;
  /** Only entries below this number. */
  readonly before?: bigint;
}

/** A wallet's entries, newest first. Undefined when the account has no such wallet. */
export async function readEntries(
  database: Database,
  accountId: AccountId,
  walletId: bigint,
  page: EntriesPage,
): Promise<WalletEntry[] | undefined> {
  return database.transaction(
    async (tx) => {
      const wallet = await tx.query('select 1 from toprail.wallets where account_id = $1 and id = $2', [
        accountId,
        walletId,
      ]);
      if (wallet.rows.length === 0) return undefined;
      const { rows } = await tx.query<{
        wallet_entry: bigint;
        source_id: bigint;
        kind: PostingKind;
        credit: string;
        amount: bigint;
        currency: string;
        wallet_posted_after: bigint;
        created_at: Date;
      }>(
        `select wallet_entry, source_id, kind, credit, amount, currency, wallet_posted_after, created_at
         from toprail.transfers
         where account_id = $1 and wallet_id = $2 and ($3::bigint is null or wallet_entry < $3)
         order by wallet_entry desc limit $4`,
        [accountId, walletId, page.before ?? null, page.limit],
      );
      return rows.map((row) => ({
        number: row.wallet_entry,
        source: row.source_id,
        kind: row.kind,
        amount: row.credit === 'wallet' ? row.amount : -row.amount,
        currency: row.currency,
        postedAfter: row.wallet_posted_after,
        createdAtMs: row.created_at.getTime(),
      }));
    },
    { account: accountId, access: 'read only' },
  );
}

/** Which wallet an account has in a currency: never changes, so it is asked once. */
export class WalletDirectory {
  readonly #database: Database;
  readonly #known = new Map<AccountId, Map<string, WalletId>>();

  constructor(database: Database) {
    this.#database = database;
  }

  async find(accountId: AccountId, currency: string): Promise<WalletId | undefined> {
    const known = this.#known.get(accountId)?.get(currency);
    if (known !== undefined) return known;
    const wallets = await readWallets(this.#database, accountId);
    this.#known.set(accountId, new Map(wallets.map((wallet) => [wallet.currency, wallet.id])));
    return this.#known.get(accountId)?.get(currency);
  }
}
