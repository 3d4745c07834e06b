/** `toprail price`: what customers pay. Each price is a new version; orders keep the one that they were made with. */
import type { Command } from 'commander';
import { formatId } from '../core/ids.ts';
import { codeOf } from '../platform/postgres.ts';
import { setPlan, setPriceRate } from '../pricing/settings.ts';
import { addCommand, onSettings } from './command.ts';
import { CommandFault } from './fault.ts';
import { accountArgument, numberArgument, percentArgument } from './values.ts';

const PERCENT_MAX = 100;
const FX_MARGIN_PERCENT_MAX = 50;
const FOREIGN_KEY_VIOLATION = '23503';

interface SetOptions {
  readonly account?: bigint;
  readonly operator?: number;
  readonly percent: string;
}

interface PlanOptions {
  readonly name: string;
  readonly percent: string;
  readonly fxMargin?: string;
}

export function priceCommands(program: Command): void {
  const group = program.command('price').description('what customers pay');

  const set = addCommand(group, 'set', 'sets the discount or commission of an account, an operator, or both')
    .option('--account <account>', 'for whom (default: everybody)', accountArgument)
    .option('--operator <id>', 'on what (default: all operators)', numberArgument)
    .requiredOption('--percent <percent>', 'of the amount that is sent', percentArgument(PERCENT_MAX));
  onSettings<SetOptions>(set, async ({ database }, { options }) => {
    const { account, operator, percent } = options;
    if (account === undefined && operator === undefined) {
      throw new CommandFault(
        '--account or --operator must be given: everybody on everything is what plans are for',
      );
    }
    const id = await setPriceRate(database, { accountId: account, operatorId: operator, percent }).catch(
      (error: unknown) => {
        if (codeOf(error) !== FOREIGN_KEY_VIOLATION || account === undefined) throw error;
        throw new CommandFault(`there is no account ${formatId('account', account)}`);
      },
    );
    const whom = account === undefined ? null : formatId('account', account);
    return {
      json: { id: `${id}`, account: whom, operator: operator ?? null, percent },
      lines: [`price ${id}: ${whom ?? 'everybody'}, operator ${operator ?? 'any'}, ${percent} %`],
    };
  });

  const plan = addCommand(group, 'plan', 'makes or changes a price list')
    .requiredOption('--name <name>', 'its name: a-z, 0-9, - and _')
    .requiredOption(
      '--percent <percent>',
      'discount or commission on everything',
      percentArgument(PERCENT_MAX),
    )
    .option('--fx-margin <percent>', 'on top of the exchange rate', percentArgument(FX_MARGIN_PERCENT_MAX));
  onSettings<PlanOptions>(plan, async ({ database }, { options }) => {
    const { name, percent, fxMargin } = options;
    if (!/^[a-z0-9_-]{1,40}$/.test(name))
      throw new CommandFault('--name must be 1 to 40 of a-z, 0-9, - and _');
    await setPlan(database, { name, percent, fxMarginPercent: fxMargin });
    const margin = fxMargin === undefined ? '' : `, ${fxMargin} % on exchange`;
    return {
      json: { name, percent, fx_margin_percent: fxMargin ?? null },
      lines: [`plan ${name}: ${percent} %${margin}`],
    };
  });
}
