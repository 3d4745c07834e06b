/** `toprail partitions`: what is stored where, and what of it is closed. */
import type { Command } from 'commander';
import { mintedAt } from '../core/ids.ts';
import type { Database } from '../platform/postgres.ts';
import { addCommand, onDatabase, table } from './command.ts';
import { attachCommand, detachCommand, megabytes } from './detach.ts';

interface PartitionRow {
  readonly table_name: string;
  readonly partition: string;
  readonly first_id: bigint;
  readonly past_id: bigint;
  readonly row_count: bigint | null;
  readonly bytes: bigint;
  readonly index_bytes: bigint;
  readonly closed: boolean;
}

interface IndexRow {
  readonly table_name: string;
  readonly index_name: string;
  readonly bytes: bigint;
}

/** What is told to people: smaller ones tell nothing about growth. JSON has all. */
const INDEXES_TOLD = 20;

export function partitionCommands(program: Command): void {
  const command = addCommand(program, 'partitions', 'tables by month, their sizes, and those of all indexes');
  command.enablePositionalOptions();
  detachCommand(command);
  attachCommand(command);
  onDatabase(command, async ({ database }) => {
    const detached = await listDetached(database);
    const partitions = await listPartitions(database);
    const indexes = await listIndexes(database);
    return {
      json: { partitions: partitions.map(printed), indexes: indexes.map(printedIndex), detached },
      lines: [
        ...table(['partition', 'from', 'rows', 'MB', 'indexes MB', ''], partitions.map(cells)),
        '',
        ...table(
          ['table', 'index', 'MB'],
          indexes.slice(0, INDEXES_TOLD).map((row) => [row.table_name, row.index_name, megabytes(row.bytes)]),
        ),
        ...(detached.length === 0 ? [] : ['', `detached: ${detached.join(', ')}`]),
      ],
    };
  });
}

async function listPartitions(database: Database): Promise<PartitionRow[]> {
  return (await database.query<PartitionRow>('select * from toprail.list_partitions()')).rows;
}

async function listDetached(database: Database): Promise<string[]> {
  const { rows } = await database.query<{ month: string }>(
    "select to_char(month, 'YYYY-MM') as month from toprail.detached_months order by month",
  );
  return rows.map(({ month }) => month);
}

async function listIndexes(database: Database): Promise<IndexRow[]> {
  return (await database.query<IndexRow>('select * from toprail.list_indexes()')).rows;
}

function printed(row: PartitionRow) {
  return {
    table: row.table_name,
    partition: row.partition,
    from: boundOf(row, row.first_id),
    to: boundOf(row, row.past_id),
    rows: row.row_count === null ? null : Number(row.row_count),
    bytes: Number(row.bytes),
    index_bytes: Number(row.index_bytes),
    closed: row.closed,
  };
}

function printedIndex({ table_name, index_name, bytes }: IndexRow) {
  return { table: table_name, index: index_name, bytes: Number(bytes) };
}

function cells(row: PartitionRow): string[] {
  return [
    row.partition,
    String(boundOf(row, row.first_id)),
    row.row_count === null ? '?' : String(row.row_count),
    megabytes(row.bytes),
    megabytes(row.index_bytes),
    row.closed ? 'closed' : '',
  ];
}

/** Events go by number, everything else by the time in its ids. */
function boundOf({ table_name }: PartitionRow, id: bigint): number | string {
  if (table_name === 'events') return Number(id);
  return new Date(mintedAt(id)).toISOString();
}
