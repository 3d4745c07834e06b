/** `toprail price`: what customers pay. A rule is never changed: a newer one takes over, and orders name theirs. */
import { type Command, Option } from 'commander';
import { currency } from '../core/currency.ts';
import { formatId } from '../core/ids.ts';
import { formatAmount } from '../core/money.ts';
import { codeOf } from '../platform/postgres.ts';
import type { PriceRule, Term } from '../pricing/price-rules.ts';
import { addPriceRule, endPriceRule, setPlan, setResellerMargin } from '../pricing/settings.ts';
import { listPriceRules } from '../pricing/store.ts';
import { addCommand, onDatabase, onSettings, table } from './command.ts';
import { CommandFault } from './fault.ts';
import {
  accountArgument,
  amountIn,
  classesArgument,
  currencyArgument,
  instantArgument,
  numberArgument,
  percentArgument,
  typeArgument,
} from './values.ts';

const PERCENT_MAX = 100;
const FX_MARGIN_PERCENT_MAX = 50;
const FOREIGN_KEY_VIOLATION = '23503';

interface RuleOptions {
  readonly account?: bigint;
  readonly operator?: number;
  readonly plan?: string;
  readonly type?: string;
  readonly percent?: string;
  readonly fixed?: string;
  readonly currency?: ReturnType<typeof currencyArgument>;
  readonly from?: number;
  readonly until?: number;
}

export function priceCommands(program: Command): void {
  const group = program.command('price').description('what customers pay');
  ruleCommand(group, 'rate', 'set', 'sets a discount or commission, per cent of what is sent');
  ruleCommand(group, 'fee', 'fee', 'sets a fee on top, fixed or per cent of what is sent');
  ruleCommand(group, 'tax', 'tax', 'sets tax, per cent of what is paid before it');
  endCommand(group);
  listCommand(group);
  planCommand(group);
  marginCommand(group);
}

function ruleCommand(group: Command, term: Term, name: string, description: string): void {
  const percent = percentArgument(PERCENT_MAX);
  const command = addCommand(group, name, description)
    .option('--account <account>', 'for whom (default: everybody)', accountArgument)
    .option('--operator <id>', 'on what (default: all operators)', numberArgument)
    .option('--plan <plan>', 'for accounts of this plan (default: all)')
    .option('--type <type>', 'on products of this type or class (default: all)', typeArgument)
    .option('--from <time>', 'in force from this time on (default: now)', instantArgument)
    .option(
      '--until <time>',
      'in force until this time (default: until another takes over)',
      instantArgument,
    );
  if (term === 'fee') {
    command
      .option('--percent <percent>', 'of the amount that is sent', percent)
      .option('--fixed <amount>', 'whatever is sent; needs --currency')
      .option('--currency <code>', 'for wallets of this currency only', currencyArgument);
  } else command.requiredOption('--percent <percent>', 'how much', percent);
  onSettings<RuleOptions>(command, async ({ database }, { options }) => {
    const rule = readRule(term, options);
    const id = await addPriceRule(database, rule).catch((error: unknown) => {
      if (codeOf(error) !== FOREIGN_KEY_VIOLATION) throw error;
      throw unknown(options);
    });
    const set = { ...rule, id: Number(id), startsAtMs: rule.startsAtMs ?? Date.now() };
    return { json: printed(set), lines: [`price ${id}: ${describe(set)}`] };
  });
}

/** An account and a plan are all that a rule refers to. */
function unknown({ account, plan }: RuleOptions): CommandFault {
  const named = [
    ...(account === undefined ? [] : [`account ${formatId('account', account)}`]),
    ...(plan === undefined ? [] : [`plan ${plan}`]),
  ];
  return new CommandFault(`there is no ${named.join(', or no ')}`);
}

function readRule(term: Term, options: RuleOptions) {
  const { account, operator, plan, type, percent, fixed, currency: unit, from, until } = options;
  if ([account, operator, plan, type].every((one) => one === undefined) && term === 'rate') {
    throw new CommandFault('--account, --operator, --plan or --type must be given: plans are for the rest');
  }
  if (fixed !== undefined && !unit) throw new CommandFault('--fixed needs --currency');
  if (percent === undefined && fixed === undefined) {
    throw new CommandFault('--percent or --fixed must be given');
  }
  if (from !== undefined && until !== undefined && until <= from) {
    throw new CommandFault('--until must be after --from');
  }
  return {
    term,
    accountId: account,
    operatorId: operator,
    plan,
    productType: type,
    percent: percent ?? '0',
    fixed: fixed !== undefined && unit ? amountIn(unit, fixed) : 0n,
    currency: unit?.code,
    startsAtMs: from,
    endsAtMs: until,
  };
}

function endCommand(group: Command): void {
  const end = addCommand(group, 'end <id>', 'ends a rule').option(
    '--at <time>',
    'when (default: now)',
    instantArgument,
  );
  onSettings<{ at?: number }>(end, async ({ database }, { options, args: [text = ''] }) => {
    const id = numberArgument(text);
    if (!(await endPriceRule(database, id, options.at))) {
      throw new CommandFault(`there is no rule ${id} in force or to come`);
    }
    return { json: { id }, lines: [`price ${id}: ended`] };
  });
}

function listCommand(group: Command): void {
  onDatabase(addCommand(group, 'list', 'shows all rules there ever were'), async ({ database }) => {
    const rules = await listPriceRules(database);
    const rows = rules.map((rule) => {
      const { id, term, from, until } = printed(rule);
      return [`${id}`, term, describe(rule), from, until ?? ''];
    });
    return {
      json: { data: rules.map(printed) },
      lines: table(['id', 'term', 'rule', 'from', 'until'], rows),
    };
  });
}

interface PlanOptions {
  readonly name: string;
  readonly percent: string;
  readonly fxMargin?: string;
  readonly sells?: readonly string[];
  readonly fee?: string;
  readonly feeCurrency?: ReturnType<typeof currencyArgument>;
}

function planCommand(group: Command): void {
  const plan = addCommand(group, 'plan', 'makes or changes a price list')
    .requiredOption('--name <name>', 'its name: a-z, 0-9, - and _')
    .requiredOption(
      '--percent <percent>',
      'discount or commission on everything',
      percentArgument(PERCENT_MAX),
    )
    .option('--fx-margin <percent>', 'on top of the exchange rate', percentArgument(FX_MARGIN_PERCENT_MAX))
    .option('--sells <classes>', 'what its accounts may sell: mobile,dth,... (default: all)', classesArgument)
    .option('--fee <amount>', 'what entering the plan costs; needs --fee-currency')
    .addOption(new Option('--fee-currency <code>', 'of the fee').argParser(currencyArgument));
  onSettings<PlanOptions>(plan, async ({ database }, { options }) => {
    const { name, percent, fxMargin, sells, fee, feeCurrency } = options;
    if (!/^[a-z0-9_-]{1,40}$/.test(name))
      throw new CommandFault('--name must be 1 to 40 of a-z, 0-9, - and _');
    if (fee !== undefined && !feeCurrency) throw new CommandFault('--fee needs --fee-currency');
    await setPlan(database, {
      name,
      percent,
      fxMarginPercent: fxMargin,
      sells,
      fee:
        fee !== undefined && feeCurrency
          ? { amount: amountIn(feeCurrency, fee), currency: feeCurrency.code }
          : undefined,
    });
    const margin = fxMargin === undefined ? '' : `, ${fxMargin} % on exchange`;
    return {
      json: { name, percent, fx_margin_percent: fxMargin ?? null, sells: sells ?? null },
      lines: [`plan ${name}: ${percent} %${margin}`],
    };
  });
}

interface MarginOptions {
  readonly account: bigint;
  readonly operator?: number;
  readonly type?: string;
  readonly percent: string;
}

function marginCommand(group: Command): void {
  const margin = addCommand(group, 'margin', "sets what an account's parent keeps of what it would get")
    .requiredOption('--account <account>', 'the child', accountArgument)
    .option('--operator <id>', 'on what (default: all operators)', numberArgument)
    .option('--type <type>', 'on products of this type or class (default: all)', typeArgument)
    .requiredOption('--percent <percent>', 'points of the percentage', percentArgument(PERCENT_MAX));
  onSettings<MarginOptions>(margin, async ({ database }, { options }) => {
    const { account, operator, type, percent } = options;
    await setResellerMargin(database, {
      childId: account,
      operatorId: operator,
      productType: type,
      percent,
    });
    const id = formatId('account', account);
    return {
      json: { account: id, operator: operator ?? null, type: type ?? null, percent },
      lines: [`margin above ${id}: ${percent} points`],
    };
  });
}

function printed(rule: PriceRule) {
  const exponent = rule.currency === undefined ? 0 : (currency(rule.currency)?.exponent ?? 0);
  return {
    id: rule.id,
    term: rule.term,
    account: rule.accountId === undefined ? null : formatId('account', rule.accountId),
    operator: rule.operatorId ?? null,
    plan: rule.plan ?? null,
    type: rule.productType ?? null,
    percent: rule.percent,
    fixed: rule.currency === undefined ? null : formatAmount(rule.fixed, exponent),
    currency: rule.currency ?? null,
    from: new Date(rule.startsAtMs).toISOString(),
    until: rule.endsAtMs === undefined ? null : new Date(rule.endsAtMs).toISOString(),
  };
}

function describe(rule: PriceRule): string {
  const { account, operator, plan, type, percent, fixed, currency: code } = printed(rule);
  const named = [account, operator && `operator ${operator}`, plan && `plan ${plan}`, type].filter(Boolean);
  const whom = named.length === 0 ? 'everything' : named.join(', ');
  return `${whom}: ${percent} %${code === null ? '' : ` and ${fixed} ${code}`}`;
}
