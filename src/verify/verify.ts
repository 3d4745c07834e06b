/**
 * Checks every invariant that the data can show. One repeatable-read snapshot of the books, and after it the
 * journal of the pretend operators, read independently: orders that are newer than the snapshot and journal lines
 * that are younger than a minute are left for the next run.
 *
 * A run that found nothing can leave a mark, in its snapshot; an incremental run looks at what is new or was alive since
 * then (sql/functions/080, 081). What was broken behind the product's back in rows that had ended by then is for a full
 * run.
 */
import { parseProviderReference } from '../orders/order.ts';
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

/** Everything, or what is new since the last clean run. */
export type VerifyForm = 'full' | 'incremental';

/** The clean run that an incremental one goes on from. */
export interface Mark {
  readonly at: Date;
  /** The last event that it saw. */
  readonly event: bigint;
}

export interface VerifyReport {
  readonly ok: boolean;
  /** As it ran: without a mark everything is new. */
  readonly form: VerifyForm;
  readonly since: Mark | undefined;
  readonly checks: readonly Check[];
}

export interface VerifyOptions {
  readonly databaseUrl: string;
  /** The pretend operators' journal; without one the delivery checks are listed as skipped. */
  readonly journalPath: string | undefined;
  /** Journal lines younger than this are left for the next run: the books may still be about to hear of them. */
  readonly settleMs?: number;
  /** Full unless given. */
  readonly form?: VerifyForm;
  /** What a clean run does with the mark; it is left alone unless given. */
  readonly mark?: 'move' | 'leave';
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
        const { form, since } = await readScope(tx, options.form ?? 'full');
        const books = await checkBooks(tx, form);
        const journal =
          options.journalPath === undefined ? undefined : readJournalTotals(options.journalPath, cutMs);
        const deliveries = journal
          ? await checkDeliveries(tx, journal, form)
          : { checks: [...DELIVERY_RULES, UNKNOWN_REFERENCES].map(skipped), left: [] };
        const checks = [...books, ...deliveries.checks];
        const ok = checks.every((check) => check.violations === 0);
        if (ok && options.mark === 'move')
          await tx.query('select toprail.mark_verified($1::bigint[])', [deliveries.left]);
        return { ok, form, since, checks };
      },
      { isolation: 'repeatable read', ...(options.mark === 'move' ? {} : { access: 'read only' }) },
    );
  } finally {
    await database.end();
  }
}

async function readScope(tx: Tx, asked: VerifyForm): Promise<Pick<VerifyReport, 'form' | 'since'>> {
  const { rows } = await tx.query<{ form: VerifyForm; at: Date | null; event_id: bigint | null }>(
    'select form, at, event_id from toprail.verify_scope($1)',
    [asked],
  );
  const { form = 'full', at = null, event_id: event = null } = rows[0] ?? {};
  return { form, since: at === null || event === null ? undefined : { at, event } };
}

async function checkBooks(tx: Tx, form: VerifyForm): Promise<Check[]> {
  const { rows } = await tx.query<{
    name: string;
    rule: string;
    violations: bigint;
    sample: unknown[] | null;
  }>('select name, rule, violations, sample from toprail.verify_books($1)', [form]);
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

/** Also the orders that are left for the next run. */
async function checkDeliveries(
  tx: Tx,
  journal: JournalTotals,
  form: VerifyForm,
): Promise<{ readonly checks: Check[]; readonly left: bigint[] }> {
  const broken = new Map<string, string[]>(DELIVERY_RULES.map(({ name }) => [name, []]));
  const unseen = await attachedReferences(tx, journal);
  const left: bigint[] = [];
  for await (const order of readStandings(tx, form)) {
    const totals = journal.of(order.order_id);
    for (const reference of order.sent ?? []) unseen.delete(reference);
    if (totals.recent) {
      left.push(order.order_id);
      continue;
    }
    for (const rule of DELIVERY_RULES) {
      if (rule.broken(order, totals.delivered, totals.reversed))
        broken.get(rule.name)?.push(String(order.order_id));
    }
  }
  const checks = DELIVERY_RULES.map(({ name, rule }) => found({ name, rule }, broken.get(name) ?? []));
  // Whose reference it is, an incremental run cannot know of orders that it does not read.
  const strangers = form === 'full' ? found(UNKNOWN_REFERENCES, [...unseen]) : skipped(UNKNOWN_REFERENCES);
  return { checks: [...checks, strangers], left };
}

/** Of what the operators were sent, all but the orders that were detached since: nobody knows those any more. */
async function attachedReferences(tx: Tx, { references }: JournalTotals): Promise<Set<string>> {
  const { rows } = await tx.query<{ before: bigint }>('select toprail.detached_before() as before');
  const before = rows[0]?.before ?? 0n;
  const isAttached = (reference: string) => (parseProviderReference(reference)?.orderId ?? before) >= before;
  return new Set([...references].filter(isAttached));
}

/** The orders of the sandbox, a page at a time. */
async function* readStandings(tx: Tx, form: VerifyForm): AsyncGenerator<Standing> {
  const page = async (ids: readonly bigint[] | null, after: bigint) =>
    (await tx.query<Standing>('select * from toprail.verify_deliveries($1, $2, $3)', [ids, after, PAGE]))
      .rows;
  if (form === 'incremental') {
    const { rows } = await tx.query<{ id: bigint }>(
      'select id from toprail.touched_orders() as id order by id',
    );
    for (let from = 0; from < rows.length; from += PAGE)
      yield* await page(
        rows.slice(from, from + PAGE).map(({ id }) => id),
        0n,
      );
    return;
  }
  for (let after: bigint | undefined = 0n; after !== undefined; ) {
    const standings: Standing[] = await page(null, after);
    yield* standings;
    after = standings.at(-1)?.order_id;
  }
}

function found({ name, rule }: { name: string; rule: string }, breakers: readonly string[]): Check {
  return { name, rule, violations: breakers.length, sample: breakers.slice(0, SAMPLE_MAX) };
}

function skipped({ name, rule }: { name: string; rule: string }): Check {
  return { name, rule, violations: 0, sample: [], skipped: true };
}
