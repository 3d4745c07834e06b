/** `toprail catalogue`: what is sold, out to a file and in from one, and whether an operator is in service. */
import { readFile, writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { Change } from '../catalogue/exchange/difference.ts';
import {
  type Fault,
  type Reading,
  readCsv,
  readJson,
  writeCsv,
  writeJson,
} from '../catalogue/exchange/files.ts';
import { type Imported, importCatalogue } from '../catalogue/exchange/import-catalogue.ts';
import { PART_NAMES, PARTS, type PartName } from '../catalogue/exchange/parts.ts';
import type { Queryable } from '../catalogue/seed.ts';
import { readRows } from '../catalogue/store.ts';
import { setOperatorStatus } from '../catalogue/version.ts';
import { codeOf, createDatabase } from '../platform/postgres.ts';
import { type Answer, addCommand, onDatabase } from './command.ts';
import { type Session, STATEMENT_MS_MAX } from './connect.ts';
import { CommandFault } from './fault.ts';
import { numberArgument } from './values.ts';

interface ExportOptions {
  readonly format: 'csv' | 'json';
  readonly what?: PartName;
  readonly out: string;
}

interface ImportOptions {
  readonly format: 'csv' | 'json';
  readonly what?: PartName;
  readonly dryRun?: true;
  readonly withdrawMissing?: true;
}

interface OperatorOptions {
  readonly status: 'in_service' | 'out_of_service';
}

const FILE_BYTES_MAX = 64 * 1024 * 1024;

export function catalogueCommands(program: Command): void {
  const group = program.command('catalogue').description('what is sold');

  const out = addCommand(group, 'export', 'writes the catalogue, or a part of it, into a file')
    .addOption(formatOption())
    .addOption(partOption('which part (default: all of them, as JSON only)'))
    .requiredOption('--out <file>', 'where to');
  onDatabase<ExportOptions>(out, async ({ database }, { options }) => {
    const { format, what, out: file } = options;
    const rows = await readRows(database);
    const text =
      format === 'csv' ? writeCsv(rows, partOfCsv(what)) : writeJson(rows, what ? [what] : PART_NAMES);
    await writeFile(file, text).catch((error: unknown) => {
      throw new CommandFault(`cannot write ${file}: ${codeOf(error) ?? ''}`);
    });
    const counts = Object.fromEntries(
      (what ? [what] : PART_NAMES).map((name) => [name, PARTS[name].rowsOf(rows).length]),
    );
    const listed = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
    return {
      json: { version: rows.version, file, rows: counts },
      lines: [`${file}: ${listed.join(', ')} of version ${rows.version}`],
    };
  });

  const into = addCommand(
    group,
    'import <file>',
    'takes rows from a file: all of them, or none when one is wrong',
  )
    .addOption(formatOption())
    .addOption(partOption('which part a CSV holds; of a JSON, which of its parts is taken'))
    .option('--dry-run', 'says what would change, and changes nothing')
    .option('--withdraw-missing', 'what the file does not list is sold no longer');
  onDatabase<ImportOptions>(into, async (session, { options, args }) => {
    const [file = ''] = args;
    const reading = await readGiven(file, options);
    const imported = await asOwner(session, (db) =>
      importCatalogue(db, reading, {
        unlisted: options.withdrawMissing ? 'withdraw' : 'keep',
        isTrial: options.dryRun === true,
      }),
    );
    return answerTo(imported, file);
  });

  const operator = addCommand(
    group,
    'operator <id>',
    'takes an operator out of service, or puts it back',
  ).addOption(
    new Option('--status <status>', 'from now on')
      .choices(['in_service', 'out_of_service'])
      .makeOptionMandatory(),
  );
  onDatabase<OperatorOptions>(operator, async (session, { options, args }) => {
    const id = numberArgument(args[0] ?? '');
    const outcome = await asOwner(session, (db) => setOperatorStatus(db, id, options.status));
    if (outcome === 'unknown') throw new CommandFault(`there is no operator ${id}`);
    return {
      json: { id, status: options.status, changed: outcome === 'changed' },
      lines: [`operator ${id}: ${options.status}${outcome === 'unchanged' ? ', as before' : ''}`],
    };
  });
}

function formatOption(): Option {
  return new Option('--format <format>', 'of the file').choices(['csv', 'json']).makeOptionMandatory();
}

function partOption(description: string): Option {
  return new Option('--what <part>', description).choices(PART_NAMES);
}

function partOfCsv(what: PartName | undefined): PartName {
  if (what === undefined)
    throw new CommandFault(`--what must say which part a CSV holds: ${PART_NAMES.join(', ')}`);
  return what;
}

async function readGiven(file: string, { format, what }: ImportOptions): Promise<Reading> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CommandFault(`cannot read ${file}: ${codeOf(error) ?? ''}`);
  });
  if (text.length > FILE_BYTES_MAX) throw new CommandFault(`${file} is longer than ${FILE_BYTES_MAX} bytes`);
  if (format === 'csv') return readCsv(text, partOfCsv(what));
  const reading = readJson(text);
  if (what === undefined) return reading;
  return {
    rows: { [what]: reading.rows[what] ?? [] },
    faults: reading.faults.filter(({ part, line }) => line === 0 || part === what),
  };
}

/** One transaction of the owner of the schema: only it writes what is sold. */
async function asOwner<T>({ ownerUrl }: Session, work: (db: Queryable) => Promise<T>): Promise<T> {
  if (ownerUrl === undefined)
    throw new CommandFault('TOPRAIL_DATABASE_OWNER_URL must be set to change the catalogue');
  const owner = createDatabase({
    url: ownerUrl,
    poolMax: 1,
    applicationName: 'toprail catalogue',
    statementMsMax: STATEMENT_MS_MAX,
  });
  try {
    return await owner.transaction(work);
  } finally {
    await owner.end();
  }
}

function answerTo(imported: Imported, file: string): Answer {
  switch (imported.kind) {
    case 'refused': {
      const { faults } = imported;
      return {
        outcome: 'failed',
        json: { outcome: 'refused', faults },
        lines: [...faults.map((fault) => `${file}${placeOf(fault)}: ${fault.issue}`), 'nothing was changed'],
      };
    }
    case 'unchanged':
      return { json: { outcome: 'unchanged' }, lines: ['unchanged'] };
    case 'imported':
    case 'tried': {
      const { kind, version, changes } = imported;
      const count = (wanted: Change['kind']) => changes.filter((change) => change.kind === wanted).length;
      const counts = { added: count('added'), changed: count('changed'), withdrawn: count('withdrawn') };
      const summary = `${counts.added} added, ${counts.changed} changed, ${counts.withdrawn} withdrawn`;
      return {
        json: {
          outcome: kind === 'tried' ? 'would_import' : 'imported',
          version: kind === 'tried' ? null : version,
          ...counts,
          changes: changes.map(({ part, kind: how, id, fields }) => ({ part, kind: how, id, fields })),
        },
        lines: [
          ...changes.map(lineOf),
          kind === 'tried' ? `${summary}; a dry run changes nothing` : `${summary}: version ${version}`,
        ],
      };
    }
  }
}

function placeOf({ part, line, column }: Fault): string {
  if (line === 0) return '';
  return `, ${part} line ${line}${column === '' ? '' : `, column ${column}`}`;
}

function lineOf({ part, kind, id, fields, row }: Change): string {
  const { name } = row;
  const what = `${kind.padEnd('withdrawn'.length)}  ${PARTS[part].resource} ${id}${typeof name === 'string' ? ` ${name}` : ''}`;
  const changed = Object.entries(fields).map(
    ([field, { from, to }]) => `${field} ${JSON.stringify(from)} -> ${JSON.stringify(to)}`,
  );
  return changed.length === 0 ? what : `${what}: ${changed.join(', ')}`;
}
