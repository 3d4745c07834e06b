/** `toprail account plan` and `account guard`: on which terms an account orders. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { currencyOf } from '../core/currency.ts';
import { formatId } from '../core/ids.ts';
import { formatAmount } from '../core/money.ts';
import { leaseLane } from '../orders/lane.ts';
import { setRepeatWindow } from '../orders/repeat-guard.ts';
import { changePlan, type PlanChange } from '../wallet/change-plan.ts';
import { addCommand, onSettings } from './command.ts';
import { CommandFault } from './fault.ts';
import { accountArgument, durationArgument } from './values.ts';

const REPEAT_WINDOW_SECONDS_MAX = 86_400;

export function accountTermsCommands(group: Command): void {
  const plan = addCommand(group, 'plan', 'moves an account to another plan, which may cost a fee')
    .argument('<account>', 'whose it is', accountArgument)
    .argument('<plan>', 'the new one');
  onSettings(plan, async ({ database, clock }, { args: [account = '', name = ''] }) => {
    const accountId = accountArgument(account);
    await database.query('select toprail.create_partitions()'); // no server may have run this month
    const lane = await leaseLane(database, clock);
    let change: PlanChange;
    try {
      const actor = `command:${userInfo().username}`;
      change = await changePlan({ database, mint: lane.mint }, { accountId, plan: name, actor });
    } finally {
      await lane.release();
    }
    const fee = printedFee(change);
    if (change.kind === 'insufficient_balance' || change.kind === 'wallet_not_found') {
      throw new CommandFault(`no wallet of the account holds the fee of ${fee}; nothing has changed`);
    }
    const id = formatId('account', accountId);
    return {
      json: { account: id, plan: name, outcome: change.kind, fee: change.kind === 'changed' ? fee : null },
      lines: [`${id}: plan ${name} ${change.kind === 'changed' ? `(fee ${fee})` : 'already'}`],
    };
  });

  const guard = addCommand(group, 'guard', 'guards an account against the same recharge twice')
    .argument('<account>', 'whose it is', accountArgument)
    .requiredOption('--repeat-window <duration>', 'such as 2m; 0 ends the guard', durationArgument);
  onSettings<{ repeatWindow: number }>(guard, async ({ database }, { options, args: [account = ''] }) => {
    const { repeatWindow: seconds } = options;
    const accountId = accountArgument(account);
    if (seconds > REPEAT_WINDOW_SECONDS_MAX) throw new CommandFault('--repeat-window is a day at most');
    const id = formatId('account', accountId);
    if (!(await setRepeatWindow(database, accountId, seconds)))
      throw new CommandFault(`there is no account ${id}`);
    return {
      json: { account: id, repeat_window_seconds: seconds },
      lines: [`${id}: ${seconds === 0 ? 'no guard against repeats' : `no repeat within ${seconds} s`}`],
    };
  });
}

function printedFee({ fee, currency }: PlanChange): string {
  return currency === undefined ? '0' : `${formatAmount(fee, currencyOf(currency).exponent)} ${currency}`;
}
