/** Orders through the front door, the operators' statement of them with breaks planted, and its import. */
import assert from 'node:assert/strict';
import { appendFileSync, createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { providerReference } from '../../src/orders/order.ts';
import { placeOrder } from '../../src/orders/place-order.ts';
import { type Break, listBreaks } from '../../src/reconciliation/breaks.ts';
import {
  type Imported,
  importStatement,
  type StatementFile,
} from '../../src/reconciliation/import-statement.ts';
import { ownMapping, readMapping } from '../../src/reconciliation/mapping.ts';
import { keepMapping } from '../../src/reconciliation/mappings.ts';
import type { JournalEntry } from '../../src/simulator/journal-entry.ts';
import { statementRows } from '../../src/simulator/statement.ts';
import { type PlantTerms, plantBreaks } from '../../src/simulator/statement-plants.ts';
import { type KeyLine, writeStatement } from '../../src/simulator/write-statement.ts';
import type { TestApp } from '../harness/app.ts';
import { topUp } from '../harness/orders.ts';
import { quiet } from '../harness/quiet.ts';

const HOUR_MS = 3_600_000;
/** What the sandbox's route costs. */
const COST_PERCENT = '92';

export const engineOf = (app: TestApp) => app.app.services.engine;

/** A top-up of 15 USD for a phone in Haiti; the id of the order. */
export async function place(app: TestApp, number: string): Promise<bigint> {
  const placed = await placeOrder(
    engineOf(app),
    topUp(app, { recipient: { kind: 'phone', value: number }, deadlineSeconds: undefined }),
  );
  assert.equal(placed.kind, 'placed');
  return placed.kind === 'placed' ? placed.order.facts.id : 0n;
}

/** Everything that still happens by itself has happened. */
export async function settleAll(app: TestApp, seconds = 60): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 5) {
    await quiet(app);
    await app.app.operators?.own?.settled();
    await app.advance(5_000);
  }
  await quiet(app);
}

/** The operators' own file is read by the mapping of the documents. */
export async function operatorsMapping(
  app: TestApp,
): Promise<Pick<StatementFile, 'mapping' | 'mappingName'>> {
  const read = readMapping(JSON.parse(readFileSync(join('docs', 'statement-mapping.json'), 'utf8')));
  assert.ok('mapping' in read);
  const kept = { provider: 'sandbox', name: 'operators', mapping: read.mapping };
  return {
    mapping: read.mapping,
    mappingName: { name: kept.name, version: await keepMapping(engineOf(app).database, kept) },
  };
}

/** From well before the first order to well after the last one. */
export function wholePeriod(app: TestApp) {
  return { fromMs: app.clock.now() - 48 * HOUR_MS, toMs: app.clock.now() + 2 * HOUR_MS };
}

export function writeOperatorsStatement(
  app: TestApp,
  path: string,
  terms: Partial<PlantTerms> & {
    readonly format?: 'csv' | 'json';
    readonly only?: (entry: JournalEntry) => boolean;
  } = {},
): readonly KeyLine[] {
  const { format = 'csv', only = () => true } = terms;
  const entries = (app.app.operators?.own?.journal.entries() ?? []).filter(only);
  const rows = statementRows(entries, {
    provider: 'sandbox',
    period: wholePeriod(app),
    costPercent: COST_PERCENT,
  });
  const plants = { seed: '1', rate: 0, withheldRate: 0, costPercent: COST_PERCENT, ...terms };
  return writeStatement(plantBreaks(rows, plants), { path, format }).planted;
}

/** What the statement alone tells has happened: the witness knows it, too. Once nothing else is written to the journal. */
export function witness(app: TestApp, planted: readonly Pick<KeyLine, 'reference' | 'happened'>[]): void {
  const entries = app.app.operators?.own?.journal.entries() ?? [];
  for (const { reference, happened } of planted) {
    if (!happened) continue;
    const entry = entries.find((one) => one.reference === reference);
    appendFileSync(
      join(app.config.dataDir, 'simulator', 'journal.ndjson'),
      `${JSON.stringify({ ...entry, event: happened })}\n`,
    );
  }
}

export function importFile(
  app: TestApp,
  path: string,
  file: Partial<StatementFile> = {},
  engine = engineOf(app),
): Promise<Imported> {
  return importStatement(engine, {
    provider: 'sandbox',
    mapping: ownMapping('json'),
    mappingName: undefined,
    period: undefined,
    isComplete: false,
    open: () => createReadStream(path),
    ...file,
  });
}

export async function allBreaks(
  app: TestApp,
  filter: Partial<Parameters<typeof listBreaks>[1]> = {},
): Promise<Break[]> {
  return listBreaks(engineOf(app), { limit: 100_000, ...filter });
}

/** Found and planted as the same text: the class, with the line where there is one, else with the reference. */
export function foundKey(found: readonly Break[]): string[] {
  return found
    .map((one) =>
      one.line === undefined
        ? `${one.class} ${providerReference({ epoch: 1, number: one.attempt ?? 0 }, one.orderId ?? 0n)}`
        : `${one.class} line ${one.line}`,
    )
    .sort();
}

export function plantedKey(planted: readonly KeyLine[]): string[] {
  return planted
    .map(({ class: name, line, reference }) => `${name} ${line === null ? reference : `line ${line}`}`)
    .sort();
}

/** Everything that an import may write. */
export async function rowCounts(app: TestApp): Promise<Record<string, unknown> | undefined> {
  const tables = [
    'statements',
    'statement_lines',
    'statement_rows',
    'statement_breaks',
    'evidence',
    'adjustments',
  ];
  const more = ['transfers', 'events', 'review_cases', 'attempts'];
  const counts = [...tables, ...more].map((table) => `(select count(*) from ${table}) as ${table}`);
  const [row] = await app.rows(
    `select ${counts.join(', ')}, (select string_agg(b.id || coalesce(b.closed_by, 'open'), ',' order by b.id) from statement_breaks b) as breaks`,
  );
  return row;
}
