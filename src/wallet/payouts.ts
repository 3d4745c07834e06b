/** Where commissions are paid to, and what was settled: for the report and for the bank's file. */
import type { AccountId } from '../core/ids.ts';
import type { Minor } from '../core/money.ts';
import type { Vault } from '../platform/crypto.ts';
import type { Database } from '../platform/postgres.ts';

/** A bank account; the code is what the country routes by (IFSC in India). */
export interface PayoutDestination {
  readonly beneficiary: string;
  readonly bankAccount: string;
  readonly bankCode: string;
}

export interface Settled {
  readonly id: bigint;
  readonly accountId: AccountId;
  readonly kind: 'reseller_shares' | 'commissions';
  readonly currency: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly amount: Minor;
  /** Of commissions: where they were paid to, as it was then. */
  readonly destination: PayoutDestination | undefined;
}

const PURPOSE = 'payout';

/** SQLSTATE TR003: there is no such account. Undefined: commissions stay in the wallet from now on. */
export async function setPayoutDestination(
  { database, vault }: { readonly database: Database; readonly vault: Vault },
  of: { readonly accountId: bigint; readonly currency: string },
  destination: PayoutDestination | undefined,
): Promise<void> {
  await database.query('select toprail.set_payout_destination($1, $2, $3)', [
    of.accountId,
    of.currency,
    destination ? vault.seal(JSON.stringify(destination), PURPOSE) : null,
  ]);
}

/** Both days included. */
export async function listSettlements(
  { database, vault }: { readonly database: Database; readonly vault: Vault },
  days: { readonly from: string; readonly to: string },
): Promise<Settled[]> {
  const { rows } = await database.query<{
    id: bigint;
    account_id: bigint;
    kind: Settled['kind'];
    currency: string;
    day: string;
    amount: bigint;
    destination: Buffer | null;
  }>(
    `select id, account_id, kind, currency, day::text, amount, destination
     from toprail.list_settlements($1::date, $2::date)`,
    [days.from, days.to],
  );
  return rows.map((row) => ({
    id: row.id,
    accountId: row.account_id as AccountId,
    kind: row.kind,
    currency: row.currency,
    day: row.day,
    amount: row.amount,
    destination:
      row.destination === null
        ? undefined
        : (JSON.parse(vault.open(row.destination, PURPOSE)) as PayoutDestination), // sealed by the function above
  }));
}
