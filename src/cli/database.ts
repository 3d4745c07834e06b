/** `toprail database`: prepares a PostgreSQL server of the user's, and brings its schema up to date. */
import { type Command, Option } from 'commander';
import { prepareDatabase } from '../platform/database-roles.ts';
import { addCommand, onRun } from './command.ts';
import { bringUp, EMBEDDED_DATABASE, openInstallation } from './connect.ts';
import { CommandFault } from './fault.ts';

interface PrepareOptions {
  readonly superuserUrl: string;
  readonly database: string;
  readonly appPassword?: string;
  readonly ownerPassword?: string;
  readonly auditorPassword?: string;
}

export function databaseCommands(program: Command): void {
  const group = program.command('database').description('the database of the switch');

  const prepare = addCommand(
    group,
    'prepare',
    'creates roles and database on a server of your own; can be repeated',
  )
    .addOption(
      new Option('--superuser-url <url>', 'any database there, as a role that may create roles and databases')
        .env('TOPRAIL_SUPERUSER_URL')
        .makeOptionMandatory(),
    )
    .option('--database <name>', 'the database to create', EMBEDDED_DATABASE)
    .addOption(new Option('--app-password <password>', 'of toprail_app').env('TOPRAIL_APP_PASSWORD'))
    .addOption(new Option('--owner-password <password>', 'of toprail_owner').env('TOPRAIL_OWNER_PASSWORD'))
    .addOption(
      new Option('--auditor-password <password>', 'of toprail_auditor').env('TOPRAIL_AUDITOR_PASSWORD'),
    );
  onRun<PrepareOptions>(prepare, async ({ options }) => {
    const { superuserUrl, database } = options;
    if (!/^[a-z_][a-z0-9_]{0,62}$/.test(database))
      throw new CommandFault('--database must be a plain lower-case name');
    if (!/^postgres(ql)?:\/\//.test(superuserUrl))
      throw new CommandFault('--superuser-url must begin with postgres://');
    await prepareDatabase({ superuserUrl, database, passwords: passwordsOf(options) });
    return {
      json: { database, roles: { app: 'toprail_app', owner: 'toprail_owner', auditor: 'toprail_auditor' } },
      lines: [
        `database ${database} and its roles are there`,
        'next: set TOPRAIL_DATABASE_URL (as toprail_app) and TOPRAIL_DATABASE_OWNER_URL (as toprail_owner),',
        'then run: toprail database migrate',
      ],
    };
  });

  onRun(
    addCommand(group, 'migrate', 'brings schema, functions and catalogue up to this release'),
    async (invocation) => {
      const { config, onProgress } = invocation;
      const steps: string[] = [];
      const note = (line: string) => {
        steps.push(line);
        onProgress(line);
      };
      if (config.databaseUrl === undefined) {
        await (await openInstallation(config, note)).close();
      } else if (config.databaseOwnerUrl === undefined) {
        throw new CommandFault('TOPRAIL_DATABASE_OWNER_URL must be set to migrate');
      } else {
        await bringUp(config.databaseOwnerUrl, note);
      }
      return { json: { steps }, lines: ['the database is up to date'] };
    },
  );
}

function passwordsOf({ appPassword, ownerPassword, auditorPassword }: PrepareOptions) {
  return {
    ...(appPassword !== undefined && { toprail_app: appPassword }),
    ...(ownerPassword !== undefined && { toprail_owner: ownerPassword }),
    ...(auditorPassword !== undefined && { toprail_auditor: auditorPassword }),
  };
}
