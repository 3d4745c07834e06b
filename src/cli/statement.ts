/** `toprail statement`: what providers say in their statements, against our books. */
import { constants, createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { formatId } from '../core/ids.ts';
import { codeOf } from '../platform/postgres.ts';
import { type KeptStatement, listBreaks, listStatements } from '../reconciliation/breaks.ts';
import { importStatement } from '../reconciliation/import-statement.ts';
import { type Mapping, ownMapping, readMapping } from '../reconciliation/mapping.ts';
import { keepMapping, listMappings } from '../reconciliation/mappings.ts';
import { addCommand, onDatabase, table } from './command.ts';
import type { Session } from './connect.ts';
import { withEngine } from './engine.ts';
import { explain } from './explain.ts';
import { CommandFault } from './fault.ts';
import { breaksCommand, closeCommand, reportCommand } from './statement-breaks.ts';
import { instantArgument, jsonArgument } from './values.ts';

const LIST_MAX = 1_000;
const MAPPING_NAME = /^[a-z0-9_-]{1,40}$/;

export function statementCommands(program: Command): void {
  const group = program.command('statement').description("providers' statements against our books");
  importCommand(group);
  mappingCommand(group);
  listCommand(group);
  breaksCommand(group);
  closeCommand(group);
  reportCommand(group);
}

interface ImportOptions {
  readonly provider: string;
  readonly mapping?: string;
  readonly format?: Mapping['format'];
  readonly from?: number;
  readonly to?: number;
  readonly complete?: true;
}

function importCommand(group: Command): void {
  const command = addCommand(group, 'import', 'takes a statement in; again, changes nothing')
    .argument('<file>', 'CSV, or JSON as one list or a line each')
    .requiredOption('--provider <id>', 'whose it is')
    .option('--mapping <name>', 'how it is to be read (default: our own format)')
    .addOption(
      new Option('--format <format>', 'of our own format (default: by the name)').choices(['csv', 'json']),
    )
    .option('--from <time>', 'its first instant', instantArgument)
    .option('--to <time>', 'the instant after its last', instantArgument)
    .option('--complete', 'what is not in it has not happened at the provider in that time');
  onDatabase<ImportOptions>(command, async (session, { options, args: [file = ''], onProgress }) => {
    const { provider, from, to, complete } = options;
    if ((from === undefined) !== (to === undefined))
      throw new CommandFault('--from and --to are given together');
    if (complete && from === undefined) throw new CommandFault('--complete needs --from and --to');
    if (from !== undefined && to !== undefined && from >= to) throw new CommandFault('--from is before --to');
    await access(file, constants.R_OK).catch((error: unknown) => {
      throw new CommandFault(`${file} cannot be read (${codeOf(error) ?? 'unknown error'})`);
    });
    const kept =
      options.mapping === undefined ? undefined : await findMapping(session, provider, options.mapping);
    const imported = await withEngine(session, (engine) =>
      importStatement(
        engine,
        {
          provider,
          mapping: kept?.mapping ?? ownMapping(options.format ?? (/\.csv$/i.test(file) ? 'csv' : 'json')),
          mappingName: kept && { name: kept.name, version: kept.version },
          period: from === undefined || to === undefined ? undefined : { fromMs: from, toMs: to },
          isComplete: complete === true,
          open: () => createReadStream(file),
        },
        onProgress,
      ),
    );
    const id = formatId('statement', imported.id);
    const malformed = await listBreaks(session, {
      statement: imported.id,
      class: 'malformed',
      limit: LIST_MAX,
    });
    const { failed, isKnown } = imported;
    return {
      json: {
        statement: id,
        known: isKnown,
        outcomes: Object.fromEntries(imported.outcomes),
        malformed: malformed.map(({ line, issue }) => ({ line, issue })),
        failed,
      },
      lines: [
        `${id}${isKnown ? ' was imported before: nothing was done' : ''}`,
        ...[...imported.outcomes].map(([outcome, lines]) => `${outcome.padEnd(18)} ${lines}`),
        ...malformed.map(({ line, issue }) => `line ${line}: ${issue}`),
        ...(failed > 0
          ? [
              `${failed} lines could not be given to their orders (${explain(imported.firstFault)}): import it again`,
            ]
          : []),
      ],
      outcome: failed > 0 ? 'failed' : 'ok',
    };
  });
}

async function findMapping({ database }: Session, provider: string, name: string) {
  const kept = (await listMappings(database, provider)).find((one) => one.name === name);
  if (!kept) throw new CommandFault(`${provider} has no mapping "${name}"`);
  return kept;
}

function mappingCommand(group: Command): void {
  const command = addCommand(group, 'mapping', 'keeps how the files of a provider are read, or shows it')
    .option('--provider <id>', 'whose')
    .option('--name <name>', 'its name: a-z, 0-9, _ and -')
    .option('--set <json>', 'JSON or @file; a change is a new version', jsonArgument);
  onDatabase<{ provider?: string; name?: string; set?: unknown }>(
    command,
    async ({ database }, { options }) => {
      const { provider, name, set } = options;
      if (set !== undefined) {
        if (provider === undefined || name === undefined || !MAPPING_NAME.test(name))
          throw new CommandFault('--set needs --provider and --name of a-z, 0-9, _ and -');
        const read = readMapping(set);
        if ('issues' in read) throw new CommandFault(`no mapping: ${read.issues.join('; ')}`);
        const version = await keepMapping(database, { provider, name, mapping: read.mapping });
        return { json: { provider, name, version }, lines: [`${provider} ${name}: version ${version}`] };
      }
      const kept = (await listMappings(database, provider)).filter(
        (one) => name === undefined || one.name === name,
      );
      return {
        json: { data: kept },
        lines: [
          ...table(
            ['provider', 'name', 'version', 'format'],
            kept.map((one) => [one.provider, one.name, `${one.version}`, one.mapping.format]),
          ),
          ...(name === undefined ? [] : kept.map((one) => JSON.stringify(one.mapping, undefined, 2))),
        ],
      };
    },
  );
}

function listCommand(group: Command): void {
  const command = addCommand(group, 'list', 'shows what was imported, the newest first').option(
    '--provider <id>',
    'of one provider',
  );
  onDatabase<{ provider?: string }>(command, async ({ database }, { options: { provider } }) => {
    const statements = (await listStatements(database, { provider, limit: LIST_MAX })).map(printedStatement);
    return {
      json: { data: statements },
      lines: table(
        ['statement', 'provider', 'mapping', 'from', 'to', 'complete', 'lines'],
        statements.map((it) => [
          it.statement,
          it.provider,
          it.mapping ?? '',
          it.from ?? '',
          it.to ?? '',
          it.complete ? 'yes' : 'no',
          it.lines === null ? 'not finished: import it again' : `${it.lines}`,
        ]),
      ),
    };
  });
}

function printedStatement(it: KeptStatement) {
  const at = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  return {
    statement: formatId('statement', it.id),
    provider: it.provider,
    mapping: it.mapping ? `${it.mapping.name} ${it.mapping.version}` : null,
    from: at(it.fromMs),
    to: at(it.toMs),
    complete: it.isComplete,
    lines: it.lines ?? null,
    left_out: it.leftOut ?? null,
    imported_at: at(it.importedAtMs),
  };
}
