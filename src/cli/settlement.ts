/** `toprail settlement`: what the end of each day posted, and the file for the bank. */
import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { currencyOf } from '../core/currency.ts';
import { formatId } from '../core/ids.ts';
import { formatAmount } from '../core/money.ts';
import { type Columns, writeCsv } from '../platform/csv.ts';
import { listSettlements, type Settled, setPayoutDestination } from '../wallet/payouts.ts';
import { addCommand, onDatabase, table } from './command.ts';
import { CommandFault } from './fault.ts';
import { accountArgument, currencyArgument, dayArgument, nameArgument } from './values.ts';

/** Bank details of people: for whoever runs the command alone. */
const FILE_MODE = 0o600;

interface DestinationOptions {
  readonly account: bigint;
  readonly currency: ReturnType<typeof currencyArgument>;
  readonly beneficiary?: string;
  readonly bankAccount?: string;
  readonly bankCode?: string;
  readonly none?: true;
}

export function settlementCommands(program: Command): void {
  const group = program.command('settlement').description('what the end of each day posted');

  const list = addCommand(group, 'list', 'reports the settlements of some days')
    .requiredOption('--from <day>', 'the first day, UTC', dayArgument)
    .option('--to <day>', 'the last day (default: the first)', dayArgument);
  onDatabase<{ from: string; to?: string }>(list, async (session, { options: { from, to = from } }) => {
    const settled = (await listSettlements(session, { from, to })).map(printed);
    const totals = Map.groupBy(settled, ({ kind, currency }) => `${kind} ${currency}`);
    return {
      json: { data: settled },
      lines: [
        ...table(
          ['day', 'kind', 'account', 'amount', 'currency', 'id'],
          settled.map((it) => [it.day, it.kind, it.account, it.amount, it.currency, it.id]),
        ),
        ...[...totals].map(([of, several]) => `${several.length} of ${of}`),
      ],
    };
  });

  const file = addCommand(group, 'payout-file', 'writes what a day has to be paid to banks, as CSV')
    .requiredOption('--day <day>', 'UTC', dayArgument)
    .requiredOption('--out <file>', 'where to; an existing file is not touched');
  onDatabase<{ day: string; out: string }>(file, async (session, { options: { day, out } }) => {
    const due = (await listSettlements(session, { from: day, to: day })).filter(
      ({ destination }) => destination,
    );
    const csv = writeCsv(PAYOUT_COLUMNS, due);
    await writeFile(out, csv, { flag: 'wx', mode: FILE_MODE }).catch((error: unknown) => {
      throw new CommandFault(
        `${out} cannot be written: ${error instanceof Error ? error.message : 'unknown'}`,
      );
    });
    return {
      json: { day, file: out, payouts: due.length },
      lines: [`${due.length} payouts of ${day} in ${out}`],
    };
  });

  const destination = addCommand(
    group,
    'destination',
    'sets the bank to which commissions are paid every day',
  )
    .requiredOption('--account <account>', 'whose commissions', accountArgument)
    .requiredOption('--currency <code>', 'of which wallet', currencyArgument)
    .option('--beneficiary <name>', 'who holds the bank account', nameArgument)
    .option('--bank-account <number>', 'its number', bankArgument)
    .option('--bank-code <code>', 'its bank: the IFSC in India', bankArgument)
    .option('--none', 'commissions stay in the wallet');
  onDatabase<DestinationOptions>(destination, async (session, { options }) => {
    const { account, currency, beneficiary, bankAccount, bankCode, none } = options;
    const details =
      beneficiary && bankAccount && bankCode ? { beneficiary, bankAccount, bankCode } : undefined;
    if ((details === undefined) !== (none === true)) {
      throw new CommandFault(
        '--beneficiary, --bank-account and --bank-code are given together, or else --none',
      );
    }
    await setPayoutDestination(session, { accountId: account, currency: currency.code }, details);
    const id = formatId('account', account);
    const where = details ? `the bank account of ${details.beneficiary}` : 'the wallet';
    return {
      json: { account: id, currency: currency.code, destination: details ? 'bank' : 'wallet' },
      lines: [`${id}: commissions in ${currency.code} go to ${where}`],
    };
  });
}

const PAYOUT_COLUMNS: Columns<Settled> = {
  settlement: (it) => printed(it).id,
  account: (it) => printed(it).account,
  beneficiary: (it) => it.destination?.beneficiary,
  bank_account: (it) => it.destination?.bankAccount,
  bank_code: (it) => it.destination?.bankCode,
  amount: (it) => printed(it).amount,
  currency: (it) => it.currency,
  narration: (it) => `Commissions ${it.day} ${printed(it).id}`,
};

function printed({ id, accountId, kind, currency, day, amount }: Settled) {
  return {
    id: formatId('settlement', id),
    account: formatId('account', accountId),
    kind,
    day,
    amount: formatAmount(amount, currencyOf(currency).exponent),
    currency,
  };
}

function bankArgument(text: string): string {
  if (!/^[A-Za-z0-9 -]{4,40}$/.test(text))
    throw new InvalidArgumentError('It has 4 to 40 letters and digits.');
  return text;
}
