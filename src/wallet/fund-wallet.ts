/** Money that comes in from outside, or goes out again: a posting with a reason, at most once per key. */
import { assert } from '../core/assert.ts';
import type { IdMint, WalletId } from '../core/ids.ts';
import type { Minor } from '../core/money.ts';
import type { Vault } from '../platform/crypto.ts';
import { codeOf, type Database } from '../platform/postgres.ts';

/** The wallet of an account in a currency, made when it is missing. A credit limit is set when it is given. */
export async function openWallet(
  database: Database,
  wallet: { readonly accountId: bigint; readonly currency: string; readonly creditLimit?: Minor },
): Promise<{ readonly id: WalletId; readonly outcome: 'created' | 'updated' | 'unchanged' }> {
  const { rows } = await database.query<{ id: WalletId; outcome: 'created' | 'updated' | 'unchanged' }>(
    'select id, outcome from toprail.open_wallet($1, $2, $3)',
    [wallet.accountId, wallet.currency, wallet.creditLimit ?? null],
  );
  const [row] = rows;
  assert(row, 'open_wallet returns a wallet');
  return row;
}

export interface Funding {
  readonly accountId: bigint;
  readonly walletId: WalletId;
  /** Signed: negative takes money out. */
  readonly amount: Minor;
  /** The same key and amount posts once. */
  readonly key: string;
  readonly reason: string;
  /** Who did it, for the record. */
  readonly actor: string;
}

export type Funded =
  /** `replayed`: this key was posted before. `posted` is the balance as it stands now. */
  | { readonly kind: 'funded' | 'replayed'; readonly sourceId: bigint; readonly posted: Minor }
  /** The key was used for another amount or wallet. */
  | { readonly kind: 'reused' }
  /** What is to be taken out is more than there is. */
  | { readonly kind: 'insufficient' };

const CHECK_VIOLATION = '23514';

export async function fundWallet(
  { database, vault, mint }: { readonly database: Database; readonly vault: Vault; readonly mint: IdMint },
  funding: Funding,
): Promise<Funded> {
  const { accountId, walletId, amount } = funding;
  assert(amount !== 0n, 'a funding moves something');
  const keyHash = vault.hash('funding-key', `${accountId}`, funding.key);
  const fingerprint = vault.hash('funding', `${accountId}`, `${walletId}`, `${amount}`);
  try {
    const { rows } = await database.query<{
      outcome: 'funded' | 'replayed' | 'reused';
      source_id: bigint;
      posted: bigint;
    }>('select outcome, source_id, posted from toprail.fund_wallet($1, $2, $3, $4, $5, $6, $7, $8)', [
      accountId,
      walletId,
      mint.next(),
      amount,
      keyHash,
      fingerprint,
      funding.reason,
      funding.actor,
    ]);
    const [row] = rows;
    // A replay for a wallet of another currency finds the key, and no line of this wallet under it.
    if (!row || row.outcome === 'reused') return { kind: 'reused' };
    return { kind: row.outcome, sourceId: row.source_id, posted: row.posted };
  } catch (error) {
    if (codeOf(error) === CHECK_VIOLATION && amount < 0n) return { kind: 'insufficient' };
    throw error;
  }
}
