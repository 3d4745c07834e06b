/** SQL of statements on their way in: each call is one transaction, and each can be done again. */
import type { AttemptState } from '../orders/attempt.ts';
import { arrayLiteral } from '../platform/array-literal.ts';
import type { Database } from '../platform/postgres.ts';
import type { Judgement, KeptLine } from './judge.ts';
import type { Outcome, StatedVerdict, StatementLine } from './line.ts';
import type { Candidate, Match } from './match.ts';

export interface OpenedStatement {
  readonly id: bigint;
  readonly isFinished: boolean;
  /** Number of the last line that is stored. */
  readonly storedTo: number;
}

export async function openStatement(
  database: Database,
  statement: {
    readonly provider: string;
    readonly fingerprint: string;
    readonly mapping: { readonly name: string; readonly version: number } | undefined;
    readonly period: { readonly fromMs: number; readonly toMs: number } | undefined;
    readonly isComplete: boolean;
    readonly windowSeconds: number;
    readonly costTolerance: bigint;
  },
): Promise<OpenedStatement> {
  const { provider, fingerprint, mapping, period, isComplete, windowSeconds, costTolerance } = statement;
  const { rows } = await database.query<{ id: bigint; finished: boolean; stored_to: number }>(
    'select * from toprail.open_statement($1, $2, $3, $4, $5, $6, $7, $8, $9)',
    [
      provider,
      fingerprint,
      mapping?.name ?? null,
      mapping?.version ?? null,
      period ? new Date(period.fromMs) : null,
      period ? new Date(period.toMs) : null,
      isComplete,
      windowSeconds,
      costTolerance,
    ],
  );
  const [row] = rows;
  if (!row) throw new Error('open_statement answered nothing');
  return { id: row.id, isFinished: row.finished, storedTo: row.stored_to };
}

/** A line with the hashes under which it is kept. */
export interface StoredLine {
  readonly number: number;
  readonly content: string;
  readonly said: StatementLine | { readonly issue: string };
  readonly recipients: readonly string[];
}

const LINE_COLUMNS: readonly (readonly [type: string, pick: (line: StoredLine) => unknown])[] = [
  ['integer', ({ number }) => number],
  ['uuid', ({ content }) => content],
  ['text', ({ said }) => ('issue' in said ? said.issue : null)],
  ['text', ({ said }) => ('issue' in said ? null : said.verdict)],
  ['integer', ({ said }) => ('issue' in said ? null : (said.named?.epoch ?? null))],
  ['bigint', ({ said }) => ('issue' in said ? null : (said.named?.orderId ?? null))],
  ['smallint', ({ said }) => ('issue' in said ? null : (said.named?.attempt ?? null))],
  ['text', ({ said }) => ('issue' in said ? null : (said.theirReference ?? null))],
  // An array of arrays would have to be a rectangle: each goes as its own literal.
  ['text', ({ recipients }) => (recipients.length === 0 ? null : arrayLiteral(recipients))],
  ['text', ({ said }) => ('issue' in said ? null : (said.code ?? null))],
  ['bigint', ({ said }) => ('issue' in said ? null : (said.amount ?? null))],
  ['text', ({ said }) => ('issue' in said ? null : said.currency)],
  ['bigint', ({ said }) => ('issue' in said ? null : (said.cost?.amount ?? null))],
  ['text', ({ said }) => ('issue' in said ? null : (said.cost?.currency ?? null))],
  ['timestamptz', ({ said }) => ('issue' in said ? null : new Date(said.atMs).toISOString())],
];
const ADD_SQL = `select toprail.add_statement_rows($1, ${LINE_COLUMNS.map(([type], at) => `$${at + 2}::${type}[]`).join(', ')})`;

export async function addLines(
  database: Database,
  statement: bigint,
  lines: readonly StoredLine[],
): Promise<void> {
  const columns = LINE_COLUMNS.map(([, pick]) => arrayLiteral(lines.map(pick)));
  await database.query(ADD_SQL, [statement, ...columns], { name: 'add_statement_rows' });
}

export async function finishStatement(
  database: Database,
  statement: bigint,
  counts: { readonly lines: number; readonly leftOut: number },
): Promise<void> {
  await database.query('select toprail.finish_statement($1, $2, $3)', [
    statement,
    counts.lines,
    counts.leftOut,
  ]);
}

export interface UnjudgedLine {
  readonly id: bigint;
  readonly statement: bigint;
  readonly theirReference: string | undefined;
  readonly line: KeptLine;
  readonly period: { readonly fromMs: number; readonly toMs: number } | undefined;
  readonly windowMs: number;
  readonly costTolerance: bigint;
}

interface UnjudgedRow {
  id: bigint;
  statement_id: bigint;
  their_reference: string | null;
  readable: boolean;
  named: boolean;
  verdict: StatedVerdict;
  amount: bigint | null;
  currency: string;
  cost: bigint | null;
  cost_currency: string | null;
  at: Date;
  period_from: Date | null;
  period_to: Date | null;
  window_seconds: number;
  cost_tolerance: bigint;
}

/** In the order in which they came. */
export async function readUnjudgedLines(
  database: Database,
  provider: string,
  page: { readonly lines: 'named' | 'nameless'; readonly after: bigint; readonly limit: number },
): Promise<UnjudgedLine[]> {
  const { rows } = await database.query<UnjudgedRow>(
    'select * from toprail.read_unjudged_lines($1, $2, $3, $4)',
    [provider, page.lines === 'nameless', page.after, page.limit],
  );
  return rows.map((row) => ({
    id: row.id,
    statement: row.statement_id,
    theirReference: row.their_reference ?? undefined,
    line: row.readable ? keptLine(row) : { kind: 'malformed' },
    period:
      row.period_from && row.period_to
        ? { fromMs: row.period_from.getTime(), toMs: row.period_to.getTime() }
        : undefined,
    windowMs: row.window_seconds * 1000,
    costTolerance: row.cost_tolerance,
  }));
}

function keptLine(row: UnjudgedRow): KeptLine {
  const { named, verdict, amount, currency, cost, cost_currency: costCurrency, at } = row;
  return {
    kind: 'line',
    isNamed: named,
    verdict,
    amount: amount ?? undefined,
    currency,
    cost: cost === null || costCurrency === null ? undefined : { amount: cost, currency: costCurrency },
    atMs: at.getTime(),
  };
}

/** By the line that each may be the attempt of. */
export async function findCandidates(
  database: Database,
  provider: string,
  lines: readonly bigint[],
): Promise<Map<bigint, Candidate[]>> {
  const { rows } = await database.query<{
    line_id: bigint;
    matched_by: Match;
    account_id: bigint;
    order_id: bigint;
    attempt: number;
    epoch: number;
    state: AttemptState;
    in_review: boolean;
    sent_at: Date | null;
    asked: bigint;
    delivered: bigint | null;
    currency: string;
    provider_cost: bigint;
    is_late: boolean;
    is_reversed: boolean;
    heard_delivered: boolean;
    told: StatedVerdict[];
  }>('select * from toprail.find_line_candidates($1, $2::bigint[])', [provider, arrayLiteral(lines)]);
  const candidates = new Map<bigint, Candidate[]>();
  for (const row of rows) {
    const found = candidates.get(row.line_id) ?? [];
    found.push({
      by: row.matched_by,
      accountId: row.account_id,
      orderId: row.order_id,
      attempt: row.attempt,
      epoch: row.epoch,
      state: row.state,
      inReview: row.in_review,
      sentAtMs: row.sent_at?.getTime(),
      asked: row.asked,
      delivered: row.delivered ?? undefined,
      currency: row.currency,
      providerCost: row.provider_cost,
      isLate: row.is_late,
      isReversed: row.is_reversed,
      heardDelivered: row.heard_delivered,
      told: row.told,
    });
    candidates.set(row.line_id, found);
  }
  return candidates;
}

export interface JudgedLine extends Judgement {
  readonly id: bigint;
  readonly about: Candidate | undefined;
}

export async function writeJudgements(database: Database, lines: readonly JudgedLine[]): Promise<void> {
  const column = (pick: (line: JudgedLine) => unknown) => arrayLiteral(lines.map(pick));
  await database.query(
    `select toprail.judge_lines($1::bigint[], $2::text[], $3::boolean[], $4::bigint[], $5::bigint[], $6::smallint[],
       $7::text[])`,
    [
      column(({ id }) => id),
      column(({ outcome }) => outcome),
      column(({ isEvidence }) => isEvidence),
      column(({ about }) => about?.accountId ?? null),
      column(({ about }) => about?.orderId ?? null),
      column(({ about }) => about?.attempt ?? null),
      column(({ about }) => about?.by ?? null),
    ],
  );
}

/** A line that its order has not been given. */
export interface DueLine {
  readonly id: bigint;
  /** What its evidence refers to, as the hash of its answer. */
  readonly content: string;
  readonly outcome: Outcome;
  readonly verdict: StatedVerdict;
  readonly code: string | null;
  readonly their_reference: string | null;
  readonly amount: bigint | null;
  readonly order_id: bigint;
  readonly attempt: number;
}

export async function readDueLines(
  database: Database,
  provider: string,
  page: { readonly after: bigint; readonly limit: number },
): Promise<DueLine[]> {
  const { rows } = await database.query<DueLine>('select * from toprail.read_due_lines($1, $2, $3)', [
    provider,
    page.after,
    page.limit,
  ]);
  return rows;
}

/** Each with the adjustment that has closed its break, where one has. */
export async function settleLines(
  database: Database,
  lines: readonly { readonly id: bigint; readonly adjustment: bigint | undefined }[],
): Promise<void> {
  await database.query('select toprail.settle_lines($1::bigint[], $2::bigint[])', [
    arrayLiteral(lines.map(({ id }) => id)),
    arrayLiteral(lines.map(({ adjustment }) => adjustment ?? null)),
  ]);
}

export interface Absence {
  readonly order_id: bigint;
  readonly attempt: number;
  readonly is_open: boolean;
}

export async function findAbsences(
  database: Database,
  statement: bigint,
  terms: { readonly horizonMs: number; readonly after: bigint; readonly limit: number },
): Promise<Absence[]> {
  const { rows } = await database.query<Absence>('select * from toprail.find_absences($1, $2, $3, $4)', [
    statement,
    terms.horizonMs / 1000,
    terms.after,
    terms.limit,
  ]);
  return rows;
}

export async function openAbsences(
  database: Database,
  statement: bigint,
  absences: readonly Absence[],
): Promise<void> {
  await database.query('select toprail.open_absences($1, $2::bigint[], $3::smallint[])', [
    statement,
    arrayLiteral(absences.map(({ order_id: order }) => order)),
    arrayLiteral(absences.map(({ attempt }) => attempt)),
  ]);
}

/** Of one provider or all; how many. */
export async function closeAnsweredBreaks(database: Database, provider: string | undefined): Promise<number> {
  const { rows } = await database.query<{ closed: bigint }>(
    'select toprail.close_answered_breaks($1) as closed',
    [provider ?? null],
  );
  return Number(rows[0]?.closed ?? 0n);
}

/** How the lines of a statement came out; null: not judged yet. */
export async function countOutcomes(
  database: Database,
  statement: bigint,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await database.query<{ outcome: string; lines: bigint }>(
    "select coalesce(outcome, 'unjudged') as outcome, lines from toprail.count_outcomes($1)",
    [statement],
  );
  return new Map(rows.map(({ outcome, lines }) => [outcome, Number(lines)]));
}
