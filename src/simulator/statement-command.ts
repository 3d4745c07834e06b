/** `npm run simulator -- statement`: the statement of a pretend operator, from its journal as it stands. */
import { parseArgs } from 'node:util';
import { parseDecimal } from '../core/money.ts';
import { type JournalEntry, readJournalEntry } from './journal-entry.ts';
import { readLines } from './journal-lines.ts';
import { statementRows } from './statement.ts';
import { plantBreaks } from './statement-plants.ts';
import { writeStatement } from './write-statement.ts';

const OPTIONS = {
  out: { type: 'string' },
  format: { type: 'string', default: 'csv' },
  provider: { type: 'string', default: 'sandbox' },
  from: { type: 'string', default: '2025-01-01T00:00:00Z' },
  to: { type: 'string', default: '2125-01-01T00:00:00Z' },
  'cost-percent': { type: 'string', default: '92' },
  plant: { type: 'string', default: '0' },
  withhold: { type: 'string', default: '0' },
  seed: { type: 'string', default: '1' },
  key: { type: 'string' },
} as const;

/** Throws an error of one line that names the option. */
export function writeStatementFile(
  args: readonly string[],
  { journalPath, onProgress }: { readonly journalPath: string; readonly onProgress: (line: string) => void },
): void {
  const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true });
  const { out, format, provider, seed, key, 'cost-percent': costPercent } = values;
  if (out === undefined) throw new Error('--out: the file to write');
  if (format !== 'csv' && format !== 'json') throw new Error('--format: csv or json');
  if (!parseDecimal(costPercent)) throw new Error('--cost-percent: a decimal number');
  const period = { fromMs: instant('from', values.from), toMs: instant('to', values.to) };
  const plants = {
    seed,
    rate: share('plant', values.plant),
    withheldRate: share('withhold', values.withhold),
    costPercent,
  };
  const rows = statementRows(journalEntries(journalPath), { provider, period, costPercent });
  const written = writeStatement(plantBreaks(rows, plants), { path: out, format, keyPath: key });
  onProgress(`simulator: ${written.rows} rows in ${out}, ${written.planted.length} breaks planted`);
}

function* journalEntries(path: string): Generator<JournalEntry> {
  for (const { line } of readLines(path, { from: 0 })) {
    const entry = readJournalEntry(line);
    if (entry) yield entry;
  }
}

function instant(option: string, text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new Error(`--${option}: not a time: ${text}`);
  return ms;
}

function share(option: string, text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 1)) throw new Error(`--${option}: not a share from 0 to 1: ${text}`);
  return value;
}
