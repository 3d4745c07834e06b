/**
 * SQL of accepting. The batch function takes columns as arrays: one call is one transaction, and `query` of the
 * database commits it before it answers.
 */
import type { AccountId } from '../core/ids.ts';
import { type Column, withColumns } from '../platform/array-binary.ts';
import { arrayLiteral } from '../platform/array-literal.ts';
import type { Database } from '../platform/postgres.ts';
import type { Draft } from './draft.ts';

export type AcceptOutcome =
  | 'accepted'
  | 'replayed'
  | 'reused'
  /** Of a reference that was used for the same, so long ago that its order is detached. */
  | 'archived'
  | 'quote_expired'
  | 'quote_used'
  | 'recently_recharged'
  | 'daily_count_reached'
  | 'daily_amount_reached'
  | 'insufficient_balance'
  | 'wallet_not_found'
  | 'account_inactive';

export interface Acceptance {
  readonly draft: Draft;
  readonly outcome: AcceptOutcome;
  /** The order accepted, or the one that the reference stands for. */
  readonly orderId: bigint;
  readonly balanceBefore: bigint | undefined;
  readonly acceptedAtMs: number;
  /** The first attempt was committed as SENDING: this process sends it now. */
  readonly sending: boolean;
}

type DraftColumn = readonly [...column: Column<Draft>, castTo?: 'numeric'];

/** Columns of a draft in the order of the function's parameters: one list for the call and for its types. */
const DRAFT_COLUMNS: readonly DraftColumn[] = [
  ['integer', (d) => d.attempt.epoch],
  ['bigint', (d) => d.id],
  ['bigint', (d) => d.accountId],
  ['text', (d) => d.clientId],
  ['text', (d) => d.dialect],
  ['bigint', (d) => d.walletId],
  ['uuid', (d) => d.referenceHash ?? null],
  ['uuid', (d) => d.fingerprint],
  ['text', (d) => d.recipient.kind],
  ['uuid', (d) => d.recipientHash],
  ['bytea', (d) => d.recipientSealed],
  ['integer', (d) => d.productId],
  ['integer', (d) => d.operatorId],
  ['text', (d) => d.country],
  ['text', (d) => d.amountMode],
  ['bigint', (d) => d.price.sendAmount],
  ['text', (d) => d.price.sendCurrency],
  ['bigint', (d) => d.price.receiveAmount],
  ['text', (d) => d.price.receiveCurrency],
  ['text', (d) => d.price.fxRate, 'numeric'],
  ['bigint', (d) => d.price.discount],
  ['bigint', (d) => d.price.commission],
  ['bigint', (d) => d.price.fee],
  ['bigint', (d) => d.price.tax],
  ['bigint', (d) => d.price.cost],
  ['text', (d) => d.pricingText],
  ['uuid', (d) => d.terms.id],
  ['bigint', (d) => d.minimumReceive ?? null],
  ['integer', (d) => d.deadlineSeconds ?? null],
  ['bytea', (d) => d.privateSealed],
  ['text', (d) => d.attempt.provider],
  ['text', (d) => d.attempt.sku],
  ['uuid', (d) => d.attempt.instructionHash],
  ['bigint', (d) => d.attempt.providerCost],
  ['bigint', (d) => d.attempt.providerCostWallet],
  ['boolean', (d) => d.sendNow],
  ['bigint', (d) => d.quoteId ?? null],
];

const ACCEPT_SQL = `select * from toprail.accept_orders($1, $2, $3::uuid[], $4::text[], ${DRAFT_COLUMNS.map(
  ([type, , castTo], index) => `$${index + 5}::${type}[]${castTo ? `::${castTo}[]` : ''}`,
).join(', ')})`;

/** Accepts drafts, one outcome each, in order. */
export function acceptOrders(
  database: Database,
  drafts: readonly Draft[],
  terms: AcceptTerms,
): Promise<Acceptance[]> {
  return acceptInTurns(drafts, (batch) => acceptBatch(database, batch, terms));
}

/**
 * A reference decides at most one draft a transaction: its twins follow in the next one, when it is known what became
 * of the first.
 */
export async function acceptInTurns(
  drafts: readonly Draft[],
  accept: (batch: readonly Draft[]) => Promise<Acceptance[]>,
): Promise<Acceptance[]> {
  // Of hashes alone: rarely do two accounts use the same reference at once, and then it costs a closer look.
  if (new Set(drafts.map(({ id, referenceHash }) => referenceHash ?? id)).size === drafts.length) {
    return accept(drafts);
  }
  const seen = new Set<string>();
  const isFirst = drafts.map(({ accountId, referenceHash }) => {
    if (referenceHash === undefined) return true;
    const key = `${accountId} ${referenceHash}`;
    return !seen.has(key) && seen.add(key);
  });
  const twins = drafts.filter((_, index) => !isFirst[index]);
  if (twins.length === 0) return accept(drafts);
  const first = await accept(drafts.filter((_, index) => isFirst[index]));
  const later = await acceptInTurns(twins, accept);
  // Both lists keep the order of the drafts.
  return isFirst.map((mine) => (mine ? first : later).shift() as Acceptance);
}

export interface AcceptTerms {
  readonly retried: boolean;
  readonly leaseSeconds: number;
}

async function acceptBatch(
  database: Database,
  drafts: readonly Draft[],
  terms: AcceptTerms,
): Promise<Acceptance[]> {
  const shared = [...new Map(drafts.map(({ terms: { id, text } }) => [id, text]))];
  const { rows } = await withColumns((column) =>
    database.query<AcceptedRow>(
      ACCEPT_SQL,
      [
        terms.retried,
        terms.leaseSeconds,
        arrayLiteral(shared.map(([id]) => id)),
        arrayLiteral(shared.map(([, text]) => text)),
        ...DRAFT_COLUMNS.map(([type, pick]) => column(type, drafts, pick)),
      ],
      { name: 'accept_orders', line: 'intake' },
    ),
  );
  const [row] = rows;
  if (!row) throw new Error('accept_orders answered nothing');
  return drafts.map((draft, index) => ({
    draft,
    outcome: row.outcome?.[index] ?? 'accepted',
    orderId: row.order_id?.[index] ?? draft.id,
    balanceBefore: row.balance_before[index] ?? undefined,
    acceptedAtMs: Number(row.accepted_at_ms?.[index] ?? row.now_ms),
    sending: row.sending?.[index] ?? draft.sendNow,
  }));
}

/** One answer a draft; null where all of them are as asked: accepted, now, and sent or not as the draft says. */
interface AcceptedRow {
  readonly now_ms: bigint;
  readonly balance_before: readonly (bigint | null)[];
  readonly outcome: readonly AcceptOutcome[] | null;
  readonly order_id: readonly bigint[] | null;
  readonly accepted_at_ms: readonly bigint[] | null;
  readonly sending: readonly boolean[] | null;
}

export interface StandingReference {
  readonly orderId: bigint;
  readonly fingerprint: string;
  /** The order is detached: it cannot be read. */
  readonly archived: boolean;
}

/** What an account's reference stands for; undefined when it is free. */
export async function findReference(
  database: Database,
  accountId: AccountId,
  referenceHash: string,
): Promise<StandingReference | undefined> {
  const { rows } = await database.read<{ order_id: bigint; fingerprint: string; archived: boolean }>(
    accountId,
    `select order_id, fingerprint, order_id < toprail.detached_before() as archived
     from toprail.order_references where account_id = $1 and reference_hash = $2`,
    [accountId, referenceHash],
  );
  const [row] = rows;
  return row && { orderId: row.order_id, fingerprint: row.fingerprint, archived: row.archived };
}

/** The orders that references stand for, by their hashes; those that are free are absent. */
export async function findReferences(
  database: Database,
  accountId: AccountId,
  referenceHashes: readonly string[],
): Promise<Map<string, bigint>> {
  const { rows } = await database.read<{ reference_hash: string; order_id: bigint }>(
    accountId,
    `select reference_hash, order_id from toprail.order_references
     where account_id = $1 and reference_hash = any ($2::uuid[])`,
    [accountId, arrayLiteral(referenceHashes)],
  );
  return new Map(rows.map((row) => [row.reference_hash, row.order_id]));
}
