/** `toprail rate`: exchange rates that are set by hand. A data release never follows one. */
import type { Command } from 'commander';
import type { Currency } from '../core/currency.ts';
import { setExchangeRate } from '../pricing/settings.ts';
import { addCommand, onSettings } from './command.ts';
import { CommandFault } from './fault.ts';
import { currencyArgument, rateArgument } from './values.ts';

const SOURCE_CHARS_MAX = 200;

interface SetOptions {
  readonly quote: Currency;
  readonly rate: string;
  readonly source: string;
}

export function rateCommands(program: Command): void {
  const group = program.command('rate').description('exchange rates');

  const set = addCommand(group, 'set', 'sets what one US dollar is worth')
    .requiredOption('--quote <code>', 'in which currency', currencyArgument)
    .requiredOption('--rate <rate>', 'how many units of it, such as 1650.5', rateArgument)
    .requiredOption('--source <text>', 'where the rate is from');
  onSettings<SetOptions>(set, async ({ database }, { options }) => {
    const { quote, rate, source } = options;
    if (quote.code === 'USD') throw new CommandFault('--quote must be another currency than USD');
    if (source.trim() === '' || source.length > SOURCE_CHARS_MAX) {
      throw new CommandFault(`--source must have 1 to ${SOURCE_CHARS_MAX} characters`);
    }
    const version = await setExchangeRate(database, { quote: quote.code, rate, note: source });
    return {
      json: { base: 'USD', quote: quote.code, rate, source, version },
      lines: [`1 USD = ${rate} ${quote.code} (${version})`],
    };
  });
}
