/** `toprail client`: credentials of accounts. Secrets are printed once and kept nowhere. */
import type { Command } from 'commander';
import { formatId } from '../core/ids.ts';
import {
  type ClientLine,
  findClient,
  listClients,
  setClientAddresses,
  setClientRate,
} from '../identity/client-store.ts';
import { createClient, revokeClient, rotateClient } from '../identity/credentials.ts';
import type { Scope } from '../identity/scopes.ts';
import { webhookSecret } from '../identity/webhook-secret.ts';
import { clientCallbackCommands } from './client-callback.ts';
import { addCommand, onDatabase, onSettings, table } from './command.ts';
import { CommandFault } from './fault.ts';
import {
  accountArgument,
  durationArgument,
  nameArgument,
  networksArgument,
  type OwnLimit,
  ownLimitArgument,
  scopesArgument,
} from './values.ts';

const GRACE_SECONDS = 24 * 60 * 60;
const RATE = 'requests a second, or "default"';
const NETWORKS = 'where it calls from: networks such as 10.0.0.0/8 with commas between, or "any"';
const ONCE = 'Secrets are shown this once.';

interface CreateOptions {
  readonly account: bigint;
  readonly name: string;
  readonly scopes?: readonly Scope[];
  readonly rate?: OwnLimit;
}

interface SetOptions {
  readonly rate?: OwnLimit;
  readonly allowFrom?: readonly string[] | 'any';
}

interface RotateOptions {
  readonly grace?: number;
  readonly apiKey?: true;
}

export function clientCommands(program: Command): void {
  const group = program.command('client').description('credentials of accounts');

  const create = addCommand(group, 'create', 'makes a client and prints its secrets once')
    .requiredOption('--account <account>', 'whose it is', accountArgument)
    .requiredOption('--name <name>', 'what it is for', nameArgument)
    .option('--scopes <scopes>', 'what it may do (default: everything)', scopesArgument)
    .option('--rate <requests>', RATE, ownLimitArgument);
  onSettings<CreateOptions>(create, async ({ database }, { options }) => {
    const { account, name, scopes, rate } = options;
    const made = await createClient(database, { accountId: account, name, ...(scopes && { scopes }) });
    if (typeof rate === 'number') await setClientRate(database, made.id, rate);
    return {
      json: { account: formatId('account', account), name, ...made },
      lines: [`client   ${made.id}`, `secret   ${made.secret}`, `API key  ${made.apiKey}`, ONCE],
    };
  });

  const rotate = addCommand(group, 'rotate', 'gives a client a new secret')
    .argument('<id>', 'the client')
    .option('--grace <duration>', 'how long the former secret still works (default: 24h)', durationArgument)
    .option('--api-key', 'a new API key too; the former one ends at once');
  onSettings<RotateOptions>(rotate, async ({ database }, { options, args }) => {
    const [id = ''] = args;
    const apiKey = options.apiKey ? 'replace' : 'keep';
    const rotated = await rotateClient(database, {
      id,
      graceSeconds: options.grace ?? GRACE_SECONDS,
      apiKey,
    });
    if (!rotated) throw unknownClient(id);
    const keyLine = rotated.apiKey === undefined ? [] : [`API key  ${rotated.apiKey}`];
    return { json: rotated, lines: [`client   ${id}`, `secret   ${rotated.secret}`, ...keyLine, ONCE] };
  });

  const set = addCommand(group, 'set', 'changes how much a client may ask, and from where')
    .argument('<id>', 'the client')
    .option('--rate <requests>', RATE, ownLimitArgument)
    .option('--allow-from <networks>', NETWORKS, networksArgument);
  onSettings<SetOptions>(set, async ({ database }, { options, args }) => {
    const { rate, allowFrom } = options;
    if (rate === undefined && allowFrom === undefined) throw new CommandFault('give --rate or --allow-from');
    const [id = ''] = args;
    const changed =
      (rate === undefined || (await setClientRate(database, id, rate === 'default' ? undefined : rate))) &&
      (allowFrom === undefined ||
        (await setClientAddresses(database, id, allowFrom === 'any' ? undefined : allowFrom)));
    if (!changed) throw unknownClient(id);
    return { json: { id, rate, allow_from: allowFrom }, lines: [`${id} is changed`] };
  });

  const webhook = addCommand(
    group,
    'webhook-secret',
    'shows the key that webhooks of a client are signed with',
  ).argument('<id>', 'the client');
  onDatabase(webhook, async ({ database, vault }, { args: [id = ''] }) => {
    if (!(await findClient(database, { id }))) throw unknownClient(id);
    const secret = webhookSecret(vault, id);
    return { json: { id, webhook_secret: secret }, lines: [secret] };
  });

  const revoke = addCommand(group, 'revoke', 'ends a client, its secrets and its tokens').argument(
    '<id>',
    'the client',
  );
  onSettings(revoke, async ({ database }, { args }) => {
    const [id = ''] = args;
    if ((await revokeClient(database, id)) === 'unknown') throw unknownClient(id);
    return { json: { id, revoked: true }, lines: [`${id} is revoked`] };
  });

  const list = addCommand(group, 'list', 'shows the clients of an account').requiredOption(
    '--account <account>',
    'whose they are',
    accountArgument,
  );
  onDatabase<{ account: bigint }>(list, async ({ database }, { options }) => {
    const clients = (await listClients(database, options.account)).map(printed);
    const rows = clients.map((it) => [
      it.id,
      it.revoked_at === null ? 'active' : 'revoked',
      it.name,
      it.scopes.join(' '),
    ]);
    return { json: { data: clients }, lines: table(['id', 'status', 'name', 'scopes'], rows) };
  });
  clientCallbackCommands(group);
}

function unknownClient(id: string): CommandFault {
  return new CommandFault(`there is no client "${id}", or it was revoked`);
}

function printed(client: ClientLine) {
  return {
    id: client.id,
    name: client.name,
    scopes: client.scopes,
    requests_per_second: client.requestsPerSecond,
    allow_from: client.allowFrom,
    previous_secret_until: client.previousSecretUntil?.toISOString() ?? null,
    revoked_at: client.revokedAt?.toISOString() ?? null,
    created_at: client.createdAt.toISOString(),
  };
}
