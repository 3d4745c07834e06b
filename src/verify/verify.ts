/**
 * Checks every invariant that the data can show. One repeatable-read snapshot of the books, and after it the
 * journal of the pretend operators, read independently: orders that are newer than the snapshot and journal lines
 * that are younger than a minute are left for the next run.
 */
import { createDatabase, type Tx } from '../platform/postgres.ts';
import { type JournalTotals, readJournalTotals } from './journal.ts';

export interface Check {
  readonly name: string;
  /** What must hold, in a sentence. */
  readonly rule: string;
  readonly violations: number;
  /** A few ids that break it. */
  readonly sample: readonly string[];
  readonly skipped?: true;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

export interface VerifyOptions {
  readonly databaseUrl: string;
  /** The pretend operators' journal; without one the delivery checks are listed as skipped. */
  readonly journalPath: string | undefined;
  /** Journal lines younger than this are left for the next run: the books may still be about to hear of them. */
  readonly settleMs?: number;
}

const SETTLE_MS = 60_000;

const PAGE = 10_000;
/** Each check reads whole tables. */
const STATEMENT_MS_MAX = 3_600_000;
const SAMPLE_MAX = 5;

export async function verifyBooks(options: VerifyOptions): Promise<VerifyReport> {
  // Before the snapshot: what was sent by now was committed as sent, so the snapshot knows it.
  const cutMs = Date.now() - (options.settleMs ?? SETTLE_MS);
  const database = createDatabase({
    url: options.databaseUrl,
    poolMax: 1,
    applicationName: 'toprail-verify',
    statementMsMax: STATEMENT_MS_MAX,
  });
  try {
    return await database.transaction(
      async (tx) => {
        const books = await checkBooks(tx);
        const journal =
          options.journalPath === undefined ? undefined : readJournalTotals(options.journalPath, cutMs);
        const deliveries = journal
          ? await checkDeliveries(tx, journal)
          : [...DELIVERY_RULES, UNKNOWN_REFERENCES].map(skipped);
        const checks = [...books, ...deliveries];
        return { ok: checks.every((check) => check.violations === 0), checks };
      },
      { isolation: 'repeatable read', access: 'read only' },
    );
  } finally {
    await database.end();
  }
}

async function checkBooks(tx: Tx): Promise<Check[]> {
  const { rows } = await tx.query<{
    name: string;
    rule: string;
    violations: bigint;
    sample: unknown[] | null;
  }>('select name, rule, violations, sample from toprail.verify_books()');
  return rows.map(({ name, rule, violations, sample }) => ({
    name,
    rule,
    violations: Number(violations),
    sample: (sample ?? []).map(String),
  }));
}

interface Standing {
  readonly order_id: bigint;
  readonly state: string;
  readonly late: boolean;
  readonly reversed: boolean;
  readonly sent: readonly string[] | null;
}

interface DeliveryRule {
  readonly name: string;
  readonly rule: string;
  readonly broken: (order: Standing, delivered: number, reversed: number) => boolean;
}

const DELIVERY_RULES: readonly DeliveryRule[] = [
  {
    name: 'D2 delivered',
    rule: 'what is DELIVERED was delivered once by the operator (twice only with a LATE_DELIVERY)',
    broken: ({ state, late }, delivered) => state === 'DELIVERED' && delivered !== (late ? 2 : 1),
  },
  {
    name: 'D2 failed',
    rule: 'what is FAILED or CANCELLED was not delivered (once only with a LATE_DELIVERY)',
    broken: ({ state, late }, delivered) =>
      (state === 'FAILED' || state === 'CANCELLED') && delivered !== (late ? 1 : 0),
  },
  {
    name: 'D2 once',
    rule: 'nothing was delivered more than once',
    broken: ({ late }, delivered) => delivered > (late ? 2 : 1),
  },
  {
    name: 'D2 reversed',
    rule: 'what the operator took back is adjusted',
    broken: ({ state, reversed }, _delivered, taken) => state === 'DELIVERED' && taken > 0 !== reversed,
  },
];

const UNKNOWN_REFERENCES = {
  name: 'D4 references',
  rule: 'the operator was never sent a reference that the books do not know as sent',
};

async function checkDeliveries(tx: Tx, journal: JournalTotals): Promise<Check[]> {
  const broken = new Map<string, string[]>(DELIVERY_RULES.map(({ name }) => [name, []]));
  const unseen = new Set(journal.references);
  for (let after = 0n; ; ) {
    const { rows } = await tx.query<Standing>('select * from toprail.verify_deliveries($1, $2)', [
      after,
      PAGE,
    ]);
    for (const order of rows) {
      const totals = journal.of(order.order_id);
      for (const reference of order.sent ?? []) unseen.delete(reference);
      if (totals.recent) continue;
      for (const rule of DELIVERY_RULES) {
        if (rule.broken(order, totals.delivered, totals.reversed))
          broken.get(rule.name)?.push(String(order.order_id));
      }
    }
    const last = rows.at(-1);
    if (!last) break;
    after = last.order_id;
  }
  const strangers = [...unseen];
  return [
    ...DELIVERY_RULES.map(({ name, rule }) => found({ name, rule }, broken.get(name) ?? [])),
    found(UNKNOWN_REFERENCES, strangers),
  ];
}

function found({ name, rule }: { name: string; rule: string }, breakers: readonly string[]): Check {
  return { name, rule, violations: breakers.length, sample: breakers.slice(0, SAMPLE_MAX) };
}

function skipped({ name, rule }: { name: string; rule: string }): Check {
  return { name, rule, violations: 0, sample: [], skipped: true };
}
