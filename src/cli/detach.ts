/**
 * `toprail partitions detach` and `attach`: old months out of the live tables and back. What stands in the way is for the
 * database to say (sql/functions/082); each month is a transaction of its own.
 */
import type { Command } from 'commander';
import { createDatabase, type Database } from '../platform/postgres.ts';
import { addCommand, onRun, table } from './command.ts';
import { openInstallation } from './connect.ts';
import { explain } from './explain.ts';
import { monthArgument } from './values.ts';

/** A month is read once before it goes, and once when it comes back. */
const STATEMENT_MS_MAX = 3_600_000;
const MEGABYTE = 1_000_000;
/** Of `YYYY-MM-DD`. */
const MONTH_CHARS = 'YYYY-MM'.length;

export interface Detachable {
  /** `YYYY-MM`. */
  readonly month: string;
  /** As PostgreSQL has counted them last; undefined: never. */
  readonly orders: number | undefined;
  readonly bytes: bigint;
  /** Why it cannot go; undefined: it can. */
  readonly obstacle: string | undefined;
}

export interface Detached {
  readonly gone: readonly { readonly month: string; readonly orders: number }[];
  /** Why the month after these has stayed, and with it those after it. */
  readonly fault: string | undefined;
}

export function detachCommand(group: Command): void {
  const command = addCommand(group, 'detach', 'takes old months out of the live tables; nothing is deleted')
    .requiredOption('--before <month>', 'YYYY-MM: the first month that stays', monthArgument)
    .option('--yes', 'do it; without, it says what it would do');
  onRun<{ before: string; yes?: true }>(command, ({ options: { before, yes }, config, onProgress }) =>
    onLongDatabase({ config, onProgress }, async (database) => {
      const months = await listDetachable(database, before);
      if (!yes) {
        return {
          json: { done: false, months: months.map(printed) },
          lines: [
            ...table(['month', 'orders', 'MB', ''], months.map(cells)),
            months.length === 0 ? 'there is nothing before it' : 'nothing was done: say --yes',
          ],
        };
      }
      const { gone, fault } = await detachMonths(
        database,
        months.map(({ month }) => month),
      );
      return {
        json: { done: true, detached: gone, fault: fault ?? null },
        lines: [
          ...gone.map(({ month, orders }) => `${month}: ${orders} orders are in toprail_archive`),
          ...(fault === undefined ? [] : [fault]),
        ],
        outcome: fault === undefined ? 'ok' : 'failed',
      };
    }),
  );
}

export function attachCommand(group: Command): void {
  const command = addCommand(group, 'attach', 'puts the month that was detached last back').argument(
    '<month>',
    'YYYY-MM',
    monthArgument,
  );
  onRun(command, ({ args: [month = ''], config, onProgress }) =>
    onLongDatabase({ config, onProgress }, async (database) => {
      const orders = await attachMonth(database, monthArgument(month).slice(0, MONTH_CHARS));
      return { json: { month, orders }, lines: [`${month}: ${orders} orders are back`] };
    }),
  );
}

/** The months before the day that are in the live tables, the oldest first. */
export async function listDetachable(database: Database, before: string): Promise<Detachable[]> {
  const { rows } = await database.query<{
    month: string;
    row_count: bigint | null;
    bytes: bigint;
    obstacle: string | null;
  }>('select month::text, row_count, bytes, obstacle from toprail.list_detachable($1)', [before]);
  return rows.map((row) => ({
    month: row.month.slice(0, MONTH_CHARS),
    orders: row.row_count === null ? undefined : Number(row.row_count),
    bytes: row.bytes,
    obstacle: row.obstacle ?? undefined,
  }));
}

/** In their order, up to the first that has to stay. */
export async function detachMonths(database: Database, months: readonly string[]): Promise<Detached> {
  const gone: { month: string; orders: number }[] = [];
  for (const month of months) {
    try {
      gone.push({ month, orders: await moveMonth(database, 'detach_month', month) });
    } catch (error) {
      return { gone, fault: explain(error) };
    }
  }
  return { gone, fault: undefined };
}

/** Returns how many orders are back. SQLSTATE TR003: it is not the one that went last, or not there any more. */
export function attachMonth(database: Database, month: string): Promise<number> {
  return moveMonth(database, 'attach_month', month);
}

async function moveMonth(
  database: Database,
  how: 'detach_month' | 'attach_month',
  month: string,
): Promise<number> {
  const { rows } = await database.query<{ orders: bigint }>(`select toprail.${how}($1) as orders`, [
    `${month}-01`,
  ]);
  return Number(rows[0]?.orders ?? 0n);
}

async function onLongDatabase<T>(
  {
    config,
    onProgress,
  }: { config: Parameters<typeof openInstallation>[0]; onProgress: (line: string) => void },
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const installation = await openInstallation(config, onProgress);
  const database = createDatabase({
    url: installation.appUrl,
    poolMax: 1,
    applicationName: 'toprail partitions',
    statementMsMax: STATEMENT_MS_MAX,
  });
  try {
    return await work(database);
  } finally {
    await database.end();
    await installation.close();
  }
}

function printed({ month, orders, bytes, obstacle }: Detachable) {
  return { month, orders: orders ?? null, bytes: Number(bytes), obstacle: obstacle ?? null };
}

function cells({ month, orders, bytes, obstacle }: Detachable): string[] {
  const fate = obstacle === undefined ? 'goes' : `stays: ${obstacle}`;
  return [month, orders === undefined ? '?' : `${orders}`, megabytes(bytes), fate];
}

export function megabytes(bytes: bigint): string {
  return (Number(bytes) / MEGABYTE).toFixed(1);
}
