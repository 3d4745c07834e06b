/** `toprail route`: which provider delivers what, at what cost. */
import type { Command } from 'commander';
import type { Environment } from '../identity/clients.ts';
import { codeOf } from '../platform/postgres.ts';
import { addRoute } from '../routing/settings.ts';
import { environmentOption } from './account.ts';
import { addCommand, onSettings } from './command.ts';
import { CommandFault } from './fault.ts';
import { numberArgument, percentArgument, priorityArgument } from './values.ts';

/** A route may cost more than the face value, by fees. */
const COST_PERCENT_MAX = 200;
const PRIORITY = 100;
const SKU_CHARS_MAX = 100;
const FOREIGN_KEY_VIOLATION = '23503';

interface AddOptions {
  readonly environment: Environment;
  readonly provider: string;
  readonly operator?: number;
  readonly product?: number;
  readonly sku?: string;
  readonly costPercent: string;
  readonly priority: number;
}

export function routeCommands(program: Command): void {
  const group = program.command('route').description('which provider delivers what');

  const add = addCommand(group, 'add', 'adds a route, or replaces the one for the same operator and product')
    .addOption(environmentOption())
    .requiredOption('--provider <id>', 'who delivers')
    .option('--operator <id>', 'of which operator (default: all)', numberArgument)
    .option('--product <id>', 'which product (default: all)', numberArgument)
    .option('--sku <sku>', "the provider's own name of the product")
    .requiredOption(
      '--cost-percent <percent>',
      'what it costs, of the face value',
      percentArgument(COST_PERCENT_MAX),
    )
    .option('--priority <number>', 'lower ones are tried first', priorityArgument, PRIORITY);
  onSettings<AddOptions>(add, async ({ database }, { options }) => {
    const { environment, provider, operator, product, sku, costPercent, priority } = options;
    if (sku !== undefined && (sku === '' || sku.length > SKU_CHARS_MAX)) {
      throw new CommandFault(`--sku must have 1 to ${SKU_CHARS_MAX} characters`);
    }
    const id = await addRoute(database, {
      environment,
      provider,
      ...(operator !== undefined && { operatorId: operator }),
      ...(product !== undefined && { productId: product }),
      ...(sku !== undefined && { sku }),
      costPercent,
      priority,
    }).catch((error: unknown) => {
      if (codeOf(error) !== FOREIGN_KEY_VIOLATION) throw error;
      throw new CommandFault(`there is no provider "${provider}" in the ${environment} environment`);
    });
    return {
      json: {
        id: `${id}`,
        environment,
        provider,
        operator: operator ?? null,
        product: product ?? null,
        sku: sku ?? null,
        cost_percent: costPercent,
        priority,
      },
      lines: [
        `route ${id}: ${provider}, operator ${operator ?? 'any'}, product ${product ?? 'any'}, ${costPercent} %`,
      ],
    };
  });
}
