/** The daily report: per day (UTC) and currency, how a provider's lines came out, and what it charges against our books. */
import type { Minor } from '../core/money.ts';
import type { Database } from '../platform/postgres.ts';
import { BREAK_CLASSES, type BreakClass } from './line.ts';

/** Amounts are in minor units of the day's currency. */
export interface DayReport {
  readonly day: string;
  /** Undefined: of lines that cannot be read. */
  readonly currency: string | undefined;
  readonly matched: Sum;
  /** Orders that were open until the statement ended them. */
  readonly ended: Sum;
  readonly breaks: Readonly<
    Partial<Record<BreakClass, Sum & { readonly open: number; readonly closed: number }>>
  >;
  /** What the provider charges by its lines, and what our books say that we owe it. */
  readonly cost: { readonly theirs: Minor; readonly ours: Minor };
}

export interface Sum {
  readonly lines: number;
  readonly amount: Minor;
}

interface ReportRow {
  day: string;
  currency: string | null;
  what: 'matched' | 'ended' | 'cost' | BreakClass;
  lines: bigint;
  amount: bigint;
  open: bigint;
  closed: bigint;
  theirs: bigint;
  ours: bigint;
}

/** Of the days from the first to the last, those on which there was something. */
export async function reportDays(
  database: Database,
  { provider, from, to }: { readonly provider: string; readonly from: string; readonly to: string },
): Promise<DayReport[]> {
  const { rows } = await database.query<ReportRow>('select * from toprail.report_statements($1, $2, $3)', [
    provider,
    from,
    to,
  ]);
  return [...Map.groupBy(rows, ({ day, currency }) => `${day} ${currency}`).values()].map(readDay);
}

function readDay(rows: readonly ReportRow[]): DayReport {
  const row = (what: ReportRow['what']) => rows.find((one) => one.what === what);
  const sum = (one: ReportRow | undefined): Sum => ({
    lines: Number(one?.lines ?? 0n),
    amount: one?.amount ?? 0n,
  });
  const classes = Object.keys(BREAK_CLASSES) as BreakClass[]; // the object's own keys
  return {
    day: rows[0]?.day ?? '',
    currency: rows[0]?.currency ?? undefined,
    matched: sum(row('matched')),
    ended: sum(row('ended')),
    breaks: Object.fromEntries(
      classes.flatMap((name) => {
        const found = row(name);
        return found
          ? [[name, { ...sum(found), open: Number(found.open), closed: Number(found.closed) }]]
          : [];
      }),
    ),
    cost: { theirs: row('cost')?.theirs ?? 0n, ours: row('cost')?.ours ?? 0n },
  };
}
