/** `toprail account`: customers of the switch. */
import { type Command, Option } from 'commander';
import { formatId } from '../core/ids.ts';
import { type Account, changeAccount, createAccount, listAccounts } from '../identity/accounts.ts';
import type { AccountStatus, Environment } from '../identity/clients.ts';
import { accountTermsCommands } from './account-terms.ts';
import { addCommand, onDatabase, onSettings, table } from './command.ts';
import { accountArgument, nameArgument, type OwnLimit, ownLimitArgument } from './values.ts';

interface CreateOptions {
  readonly name: string;
  readonly environment: Environment;
  readonly plan: string;
  readonly parent?: bigint;
}

interface SetOptions {
  readonly status?: AccountStatus;
  readonly lookupQuota?: OwnLimit;
}

export function environmentOption(): Option {
  return new Option('--environment <environment>', 'whose operators its orders reach')
    .choices(['sandbox', 'live'])
    .makeOptionMandatory();
}

export function accountCommands(program: Command): void {
  const group = program.command('account').description('customers of the switch');

  const create = addCommand(group, 'create', 'makes an account')
    .requiredOption('--name <name>', 'its name', nameArgument)
    .addOption(environmentOption())
    .requiredOption('--plan <plan>', 'its price list')
    .option('--parent <account>', 'the account above it in the tree', accountArgument);
  onDatabase<CreateOptions>(create, async ({ database }, { options }) => {
    const { name, environment, plan, parent } = options;
    const id = await createAccount(database, { name, environment, plan, parentId: parent });
    const account = formatId('account', id);
    return {
      json: { id: account, name, environment, plan },
      lines: [`${account} ${name}: ${environment}, ${plan}`],
    };
  });

  const set = addCommand(group, 'set', 'changes what an account may do')
    .argument('<account>', 'whose it is', accountArgument)
    .addOption(
      new Option('--status <status>', 'suspended: reads only; closed: nothing, for ever').choices([
        'active',
        'suspended',
        'closed',
      ]),
    )
    .option('--lookup-quota <numbers>', 'numbers looked up a minute, or "default"', ownLimitArgument);
  onSettings<SetOptions>(set, async ({ database }, { options, args }) => {
    const id = accountArgument(args[0] ?? '');
    const { status, lookupQuota } = options;
    const lookupsPerMinute = lookupQuota === 'default' ? null : lookupQuota;
    await changeAccount(database, { id, status, lookupsPerMinute });
    const account = formatId('account', id);
    return { json: { id: account, ...options }, lines: [`${account} is changed`] };
  });

  accountTermsCommands(group);

  onDatabase(addCommand(group, 'list', 'shows all accounts'), async ({ database }) => {
    const accounts = (await listAccounts(database)).map(printed);
    const rows = accounts.map((it) => [it.id, it.environment, it.plan, it.status, it.parent ?? '', it.name]);
    return {
      json: { data: accounts },
      lines: table(['id', 'environment', 'plan', 'status', 'parent', 'name'], rows),
    };
  });
}

function printed(account: Account) {
  return {
    id: formatId('account', account.id),
    parent: account.parentId === null ? null : formatId('account', account.parentId),
    name: account.name,
    environment: account.environment,
    plan: account.plan,
    status: account.status,
    lookups_per_minute: account.lookupsPerMinute,
    created_at: account.createdAt.toISOString(),
  };
}
