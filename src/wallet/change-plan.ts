/** An account enters a plan and pays its fee: one transaction, with a source of its own for the transfer. */
import { assert } from '../core/assert.ts';
import type { IdMint } from '../core/ids.ts';
import type { Minor } from '../core/money.ts';
import type { Database } from '../platform/postgres.ts';

export interface PlanChange {
  readonly kind: 'changed' | 'unchanged' | 'insufficient_balance' | 'wallet_not_found';
  readonly fee: Minor;
  readonly currency: string | undefined;
}

/** SQLSTATE TR003: there is no such account or plan. */
export async function changePlan(
  { database, mint }: { readonly database: Database; readonly mint: IdMint },
  change: { readonly accountId: bigint; readonly plan: string; readonly actor: string },
): Promise<PlanChange> {
  const { rows } = await database.query<{
    outcome: PlanChange['kind'];
    fee: bigint;
    currency: string | null;
  }>('select * from toprail.change_plan($1, $2, $3, $4)', [
    change.accountId,
    change.plan,
    mint.next(),
    change.actor,
  ]);
  const [row] = rows;
  assert(row, 'change_plan answers');
  return { kind: row.outcome, fee: row.fee, currency: row.currency ?? undefined };
}
