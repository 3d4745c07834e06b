/** `toprail statement breaks|close|report`: where providers and our books differ, and what became of it. */
import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { currencyOf } from '../core/currency.ts';
import { formatId, parseId } from '../core/ids.ts';
import { formatAmount } from '../core/money.ts';
import { type Break, closeBreak, listBreaks } from '../reconciliation/breaks.ts';
import { BREAK_CLASSES, type BreakClass } from '../reconciliation/line.ts';
import { type DayReport, reportDays, type Sum } from '../reconciliation/report.ts';
import { addCommand, onDatabase, table } from './command.ts';
import { CommandFault } from './fault.ts';
import { dayArgument, nameArgument, numberArgument } from './values.ts';

const LIST_MAX = 1_000;

interface BreaksOptions {
  readonly provider?: string;
  readonly class?: BreakClass;
  readonly state: 'open' | 'closed' | 'all';
  readonly statement?: bigint;
  readonly after?: bigint;
  readonly limit?: number;
}

export function breaksCommand(group: Command): void {
  const command = addCommand(group, 'breaks', 'shows where a provider and our books differ, the oldest first')
    .option('--provider <id>', 'of one provider')
    .addOption(new Option('--class <class>', 'of one class').choices(Object.keys(BREAK_CLASSES)))
    .addOption(new Option('--state <state>', 'which').choices(['open', 'closed', 'all']).default('open'))
    .option('--statement <statement>', 'that one statement has brought up', idArgument('statement'))
    .option('--after <break>', 'those after it', idArgument('break'))
    .option('--limit <n>', `how many at most (default: ${LIST_MAX})`, numberArgument);
  onDatabase<BreaksOptions>(command, async (session, { options: { state, limit = LIST_MAX, ...filter } }) => {
    const breaks = await listBreaks(session, { ...filter, ...(state !== 'all' && { state }), limit });
    const rows = breaks.map(printedBreak);
    return {
      json: { data: rows },
      lines: table(
        ['break', 'class', 'provider', 'day', 'line', 'order', 'says', 'amount', 'closed by'],
        rows.map((it) => [
          it.break,
          it.class,
          it.provider,
          it.day,
          it.line === null ? it.statement : `${it.statement}:${it.line}`,
          it.order === null ? '' : `${it.order}/${it.attempt}`,
          it.issue ?? it.verdict ?? '',
          it.amount === null ? '' : `${it.amount} ${it.currency}`,
          it.closed?.by ?? '',
        ]),
      ),
    };
  });
}

export function closeCommand(group: Command): void {
  const command = addCommand(group, 'close', 'closes a break that was cleared with the provider')
    .argument('<break>', 'its id', idArgument('break'))
    .requiredOption('--note <text>', 'how it was cleared', nameArgument)
    .option(
      '--by <name>',
      'who says so (default: the user of this machine)',
      nameArgument,
      userInfo().username,
    );
  onDatabase<{ note: string; by: string }>(
    command,
    async (session, { options: { note, by }, args: [text = ''] }) => {
      const id = idArgument('break')(text);
      if (!(await closeBreak(session, { id, person: by, note })))
        throw new CommandFault(`there is no open break ${formatId('break', id)}`);
      return {
        json: { break: formatId('break', id), closed_by: by },
        lines: [`${formatId('break', id)}: closed by ${by}`],
      };
    },
  );
}

export function reportCommand(group: Command): void {
  const command = addCommand(group, 'report', 'tells of each day how the lines came out, and what it costs')
    .requiredOption('--provider <id>', 'whose')
    .requiredOption('--from <day>', 'the first day, UTC', dayArgument)
    .option('--to <day>', 'the last day (default: the first)', dayArgument);
  onDatabase<{ provider: string; from: string; to?: string }>(
    command,
    async ({ database }, { options: { provider, from, to = from } }) => {
      const days = (await reportDays(database, { provider, from, to })).map(printedDay);
      return {
        json: { provider, data: days },
        lines: days.flatMap(({ day, currency, matched, ended, breaks, cost }) => [
          `${day} ${currency ?? 'unreadable'}`,
          ...table(
            ['', 'lines', 'amount', 'open', 'closed'],
            [
              ['matched', `${matched.lines}`, matched.amount ?? '', '', ''],
              ['ended', `${ended.lines}`, ended.amount ?? '', '', ''],
              ...Object.entries(breaks).map(([name, it]) => [
                name,
                `${it.lines}`,
                it.amount ?? '',
                `${it.open}`,
                `${it.closed}`,
              ]),
            ],
          ),
          ...(cost ? [`cost: they say ${cost.theirs}, our books ${cost.ours}`] : []),
        ]),
      };
    },
  );
}

function printedBreak(it: Break) {
  return {
    break: formatId('break', it.id),
    class: it.class,
    provider: it.provider,
    day: it.day,
    statement: formatId('statement', it.statement),
    line: it.line ?? null,
    issue: it.issue ?? null,
    verdict: it.verdict ?? null,
    their_reference: it.theirReference ?? null,
    order: it.orderId === undefined ? null : formatId('order', it.orderId),
    attempt: it.attempt ?? null,
    amount: amountText(it.amount, it.currency),
    currency: it.currency ?? null,
    opened_at: new Date(it.openedAtMs).toISOString(),
    closed: it.closed
      ? {
          at: new Date(it.closed.atMs).toISOString(),
          by: it.closed.by,
          adjustment:
            it.closed.by === 'adjustment' && it.closed.id !== undefined
              ? formatId('adjustment', it.closed.id)
              : null,
          person: it.closed.person ?? null,
          note: it.closed.note ?? null,
        }
      : null,
  };
}

function printedDay({ day, currency, matched, ended, breaks, cost }: DayReport) {
  const sum = (it: Sum) => ({ ...it, amount: amountText(it.amount, currency) });
  return {
    day,
    currency: currency ?? null,
    matched: sum(matched),
    ended: sum(ended),
    breaks: Object.fromEntries(
      Object.entries(breaks).map(([name, { open, closed, ...it }]) => [name, { ...sum(it), open, closed }]),
    ),
    cost:
      currency === undefined
        ? null
        : { theirs: amountText(cost.theirs, currency), ours: amountText(cost.ours, currency) },
  };
}

function amountText(amount: bigint | undefined, currency: string | undefined): string | null {
  return amount === undefined || currency === undefined
    ? null
    : formatAmount(amount, currencyOf(currency).exponent);
}

function idArgument(kind: 'statement' | 'break'): (text: string) => bigint {
  return (text) => {
    const id = parseId(kind, text);
    if (id === undefined) throw new InvalidArgumentError(`It is ${formatId(kind, 12)} or the like.`);
    return id;
  };
}
