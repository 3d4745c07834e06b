/** `toprail wallet`: opens wallets, and posts money that came from or went to the outside. */
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { Currency } from '../core/currency.ts';
import { formatId } from '../core/ids.ts';
import { formatAmount } from '../core/money.ts';
import { leaseLane } from '../orders/lane.ts';
import { setDayLimits } from '../wallet/day-limits.ts';
import { type Funded, fundWallet, openWallet } from '../wallet/fund-wallet.ts';
import { type Answer, addCommand, onSettings } from './command.ts';
import type { Session } from './connect.ts';
import { CommandFault } from './fault.ts';
import { accountArgument, amountIn, currencyArgument, limitIn, numberArgument } from './values.ts';

const REASON_CHARS_MAX = 500;

interface CreateOptions {
  readonly account: bigint;
  readonly currency: Currency;
  readonly creditLimit?: string;
}

interface LimitOptions {
  readonly account: bigint;
  readonly currency: Currency;
  readonly ordersADay?: number;
  readonly amountADay?: string;
}

interface FundOptions {
  readonly account: bigint;
  readonly currency: Currency;
  readonly amount: string;
  readonly reason: string;
  readonly key?: string;
  readonly withdraw?: true;
}

export function walletCommands(program: Command): void {
  const group = program.command('wallet').description('prepaid money of accounts');

  const create = addCommand(group, 'create', 'opens a wallet, or changes its credit limit')
    .requiredOption('--account <account>', 'whose it is', accountArgument)
    .requiredOption('--currency <code>', 'its currency', currencyArgument)
    .option('--credit-limit <amount>', 'how far below zero it may go');
  onSettings<CreateOptions>(create, async ({ database }, { options }) => {
    const { account, currency, creditLimit } = options;
    const limit = creditLimit === undefined ? undefined : limitIn(currency, creditLimit);
    const wallet = await openWallet(database, {
      accountId: account,
      currency: currency.code,
      ...(limit !== undefined && { creditLimit: limit }),
    });
    const id = formatId('wallet', wallet.id);
    return {
      json: { id, account: formatId('account', account), currency: currency.code, outcome: wallet.outcome },
      lines: [`${id} ${currency.code}: ${wallet.outcome}`],
    };
  });

  const limit = addCommand(
    group,
    'limit',
    'limits what a wallet may pay for in a day; what is left out has none',
  )
    .requiredOption('--account <account>', 'whose wallet', accountArgument)
    .requiredOption('--currency <code>', 'which wallet', currencyArgument)
    .option('--orders-a-day <count>', 'orders accepted', numberArgument)
    .option('--amount-a-day <amount>', 'their cost together');
  onSettings<LimitOptions>(limit, async ({ database }, { options }) => {
    const { account, currency, ordersADay, amountADay } = options;
    const amountMax = amountADay === undefined ? undefined : amountIn(currency, amountADay);
    const terms = { accountId: account, currency: currency.code, ordersMax: ordersADay, amountMax };
    const wallet = await setDayLimits(database, terms);
    if (wallet === undefined) throw new CommandFault(`the account has no ${currency.code} wallet`);
    const id = formatId('wallet', wallet);
    return {
      json: {
        id,
        orders_a_day: ordersADay ?? null,
        amount_a_day: amountADay ?? null,
        currency: currency.code,
      },
      lines: [
        `${id}: ${ordersADay ?? 'any number of'} orders, ${amountADay ?? 'any amount of'} ${currency.code} a day`,
      ],
    };
  });

  const fund = addCommand(group, 'fund', 'posts money into a wallet, which is opened when it is missing')
    .requiredOption('--account <account>', 'whose wallet', accountArgument)
    .requiredOption('--currency <code>', 'which wallet', currencyArgument)
    .requiredOption('--amount <amount>', 'how much, such as 100.00')
    .requiredOption('--reason <text>', 'why: a bank reference, for example')
    .option('--key <key>', 'the same key posts once, however often the command is run')
    .option('--withdraw', 'takes the amount out instead');
  onSettings<FundOptions>(fund, (session, { options }) => post(session, options));
}

async function post({ database, vault, clock }: Session, options: FundOptions): Promise<Answer> {
  const { account: accountId, currency, reason, key = randomUUID() } = options;
  if (reason.trim() === '' || reason.length > REASON_CHARS_MAX) {
    throw new CommandFault(`--reason must have 1 to ${REASON_CHARS_MAX} characters`);
  }
  const size = amountIn(currency, options.amount);
  const amount = options.withdraw ? -size : size;
  const { id: walletId } = await openWallet(database, { accountId, currency: currency.code });
  await database.query('select toprail.create_partitions()'); // no server may have run this month
  const lane = await leaseLane(database, clock);
  const funding = { accountId, walletId, amount, key, reason, actor: `command:${userInfo().username}` };
  let funded: Awaited<ReturnType<typeof fundWallet>>;
  try {
    funded = await fundWallet({ database, vault, mint: lane.mint }, funding);
  } finally {
    await lane.release();
  }
  const { sourceId, posted, kind } = settled(funded, options);
  const wallet = formatId('wallet', walletId);
  const figures = {
    amount: formatAmount(amount, currency.exponent),
    balance: formatAmount(posted, currency.exponent),
    currency: currency.code,
  };
  const account = formatId('account', accountId);
  return {
    json: {
      id: formatId('funding', sourceId),
      account,
      wallet,
      ...figures,
      key,
      replayed: kind === 'replayed',
    },
    lines: [
      `${wallet} ${kind === 'replayed' ? 'was posted before with this key' : `${figures.amount} ${currency.code}`}`,
      `balance ${figures.balance} ${currency.code}`,
    ],
  };
}

function settled(funded: Funded, { key, currency }: FundOptions): Extract<Funded, { sourceId: bigint }> {
  if (funded.kind === 'reused')
    throw new CommandFault(`the key "${key}" was used for another amount or wallet`);
  if (funded.kind === 'insufficient') {
    throw new CommandFault(`the ${currency.code} wallet does not hold that much`);
  }
  return funded;
}
