/** `toprail provider`: who delivers, and what its connector needs to speak with it. */
import { type Command, Option } from 'commander';
import type { Environment } from '../identity/clients.ts';
import { SANDBOX_CAPABILITY } from '../protocols/sandbox/connector/capability.ts';
import { readSandboxConfig } from '../protocols/sandbox/connector/config.ts';
import type { Capability, ProviderSettings } from '../routing/connector.ts';
import { addProvider } from '../routing/settings.ts';
import { environmentOption } from './account.ts';
import { readCapability } from './capability.ts';
import { addCommand, onSettings } from './command.ts';
import { CommandFault } from './fault.ts';
import { jsonArgument } from './values.ts';

interface AddOptions {
  readonly id: string;
  readonly environment: Environment;
  readonly connector: string;
  readonly config: unknown;
  readonly capability?: unknown;
  readonly pinned?: true;
  readonly settlement?: 'payable' | 'float';
}

/** The protocols that we can buy through: how each checks its configuration, and what it may be trusted with. */
const CONNECTORS: Readonly<
  Record<string, { check(settings: ProviderSettings): void; capability: Capability }>
> = {
  sandbox: { check: readSandboxConfig, capability: SANDBOX_CAPABILITY },
};

export function providerCommands(program: Command): void {
  const group = program.command('provider').description('who delivers');

  const add = addCommand(
    group,
    'add',
    'adds a provider; again with the same id, replaces its configuration and what else is given',
  )
    .requiredOption('--id <id>', 'its name in routes: a-z, 0-9 and -')
    .addOption(environmentOption())
    .requiredOption('--connector <connector>', 'the protocol that it speaks')
    .requiredOption(
      '--config <json>',
      'what the connector needs: JSON or @file; it is stored sealed',
      jsonArgument,
    )
    .option(
      '--capability <json>',
      "what it may be trusted with: JSON or @file (default: the connector's)",
      jsonArgument,
    )
    .option('--pinned', 'its capability record is never changed by what it does')
    .addOption(
      new Option('--settlement <settlement>', 'owed afterwards (payable, unless told) or paid ahead').choices(
        ['payable', 'float'],
      ),
    );
  onSettings<AddOptions>(add, async ({ database, vault }, { options }) => {
    const { id, environment, connector: name, config, settlement } = options;
    if (!/^[a-z0-9-]{1,40}$/.test(id)) throw new CommandFault('--id must be 1 to 40 of a-z, 0-9 and -');
    const connector = Object.hasOwn(CONNECTORS, name) ? CONNECTORS[name] : undefined;
    if (!connector) {
      throw new CommandFault(
        `there is no connector "${name}": there is ${Object.keys(CONNECTORS).join(', ')}`,
      );
    }
    connector.check({ id, environment, connector: name, config });
    await addProvider(database, vault, {
      id,
      environment,
      connector: name,
      config,
      defaultCapability: connector.capability,
      ...(options.capability === undefined ? {} : { capability: readCapability(options.capability) }),
      ...(options.pinned === undefined ? {} : { pinned: options.pinned }),
      ...(settlement === undefined ? {} : { settlement }),
    });
    return {
      json: { id, environment, connector: name },
      lines: [`${id}: ${environment}, ${name}`],
    };
  });
}
