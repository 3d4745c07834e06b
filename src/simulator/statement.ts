/**
 * What a pretend operator writes at the end of its day: one row for each thing that the journal says it did, in the
 * words and columns of its own. Made from the journal alone, so it is as independent of the switch as that.
 */
import { assert } from '../core/assert.ts';
import { divideHalfEven, formatAmount, parseDecimal } from '../core/money.ts';
import { type Columns, writeCsvHeader, writeCsvRows } from '../platform/csv.ts';
import type { JournalEntry } from './journal-entry.ts';

export interface StatementRow {
  /** Of the client; empty where the operator keeps it to itself. */
  readonly reference: string;
  readonly providerReference: string;
  readonly recipient: string;
  readonly status: 'delivered' | 'refused' | 'reversed';
  /** Decimal. */
  readonly amount: string;
  readonly currency: string;
  /** What the operator charges, or gives back for what it has taken back. */
  readonly charge: string;
  readonly atMs: number;
}

export interface StatementTerms {
  readonly provider: string;
  /** From the first instant to just before the second. */
  readonly period: { readonly fromMs: number; readonly toMs: number };
  /** Of the face value: what the operator charges, decimal. */
  readonly costPercent: string;
}

/** In the order of the journal. What was only submitted, or told, is no row. */
export function* statementRows(
  entries: Iterable<JournalEntry>,
  terms: StatementTerms,
): Generator<StatementRow> {
  const { provider, period } = terms;
  for (const { provider: of, event, reference, number: recipient, amount, currency, at } of entries) {
    const atMs = Date.parse(at);
    if (of !== provider || event === 'submitted' || event === 'notified') continue;
    if (atMs < period.fromMs || atMs >= period.toMs) continue;
    yield {
      reference,
      providerReference: `SIM-${reference}`,
      recipient,
      status: event,
      amount,
      currency,
      charge: chargeFor(event === 'refused' ? undefined : amount, terms.costPercent),
      atMs,
    };
  }
}

/** With as many digits as the amount has, rounded half to even. */
export function chargeFor(amount: string | undefined, costPercent: string): string {
  if (amount === undefined) return '0';
  const [face, percent] = [parseDecimal(amount), parseDecimal(costPercent)];
  assert(face && percent, `no decimals: ${amount}, ${costPercent}`);
  const charge = divideHalfEven(face.units * percent.units, 100n * 10n ** BigInt(percent.scale));
  return formatAmount(charge.quotient, face.scale);
}

const WORDS = { delivered: 'SUCCESS', refused: 'FAILED', reversed: 'REFUND' } as const;

const COLUMNS: Columns<StatementRow> = {
  'Txn ID': (row) => row.providerReference,
  'Client Ref': (row) => row.reference,
  MSISDN: (row) => row.recipient,
  Status: (row) => WORDS[row.status],
  Amount: (row) => row.amount,
  Currency: (row) => row.currency,
  Charged: (row) => row.charge,
  Time: (row) => writtenTime(row.atMs),
};

/** A file in the operator's own columns (docs/statement-mapping.json reads it), or in those of the switch. */
export interface StatementFormat {
  readonly head: string;
  readonly row: (row: StatementRow) => string;
  /** A row that nobody can read. */
  readonly spoilt: (row: StatementRow) => string;
}

const csv: StatementFormat = {
  head: writeCsvHeader(COLUMNS),
  row: (row) => writeCsvRows(COLUMNS, [row]),
  spoilt: (row) => writeCsvRows(COLUMNS, [{ ...row, amount: 'n/a' }]),
};

const json: StatementFormat = {
  head: '',
  row: (row) => jsonLine(row, row.amount),
  spoilt: (row) => jsonLine(row, 'n/a').slice(0, -3),
};

export const STATEMENT_FORMATS: Readonly<Record<'csv' | 'json', StatementFormat>> = { csv, json };

function jsonLine(row: StatementRow, amount: string): string {
  const { reference, providerReference, recipient, status, currency, charge, atMs } = row;
  const line = {
    ...(reference !== '' && { our_reference: reference }),
    their_reference: providerReference,
    recipient,
    verdict: status,
    amount,
    currency,
    cost: charge,
    at: new Date(atMs).toISOString(),
  };
  return `${JSON.stringify(line)}\n`;
}

/** `DD/MM/YYYY HH:mm:ss`, UTC. */
function writtenTime(atMs: number): string {
  const [day = '', time = ''] = new Date(atMs).toISOString().split('T');
  return `${day.split('-').toReversed().join('/')} ${time.slice(0, 8)}`;
}
