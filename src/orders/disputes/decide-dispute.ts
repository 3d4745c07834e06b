/** The word of whoever runs the switch on a dispute. It is carried out by the loop over due rows. */
import type { Vault } from '../../platform/crypto.ts';
import type { Database } from '../../platform/postgres.ts';
import { type Dispute, type DisputeRow, type DisputeState, disputeFrom } from './dispute.ts';

/** False: there is no open dispute of this id that was not decided. */
export async function decideDispute(
  database: Database,
  id: bigint,
  decision: { readonly outcome: 'refund' | 'confirm'; readonly actor: string },
): Promise<boolean> {
  const { rows } = await database.query<{ decided: boolean }>(
    'select toprail.decide_dispute($1, $2, $3) as decided',
    [id, decision.outcome, decision.actor],
  );
  return rows[0]?.decided ?? false;
}

/** Of all accounts, the oldest first. */
export async function listDisputes(
  { database, vault }: { readonly database: Database; readonly vault: Vault },
  state: DisputeState | undefined,
): Promise<Dispute[]> {
  const { rows } = await database.query<DisputeRow>('select * from toprail.list_disputes($1)', [
    state ?? null,
  ]);
  return rows.map((row) => disputeFrom(row, vault));
}
