/** `toprail dispute`: claims about delivered orders, and the word on them. */
import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { formatId, parseId } from '../core/ids.ts';
import { decideDispute, listDisputes } from '../orders/disputes/decide-dispute.ts';
import { DISPUTE_STATES, type Dispute, type DisputeState } from '../orders/disputes/dispute.ts';
import { addCommand, onDatabase, table } from './command.ts';
import { CommandFault } from './fault.ts';

export function disputeCommands(program: Command): void {
  const group = program.command('dispute').description('claims that a delivered order did not arrive');

  const list = addCommand(group, 'list', 'shows disputes, the oldest first').addOption(
    new Option('--state <state>', 'only those').choices([...DISPUTE_STATES]),
  );
  onDatabase<{ state?: DisputeState }>(list, async (session, { options }) => {
    const disputes = (await listDisputes(session, options.state)).map(printed);
    return {
      json: { data: disputes },
      lines: table(
        ['id', 'order', 'account', 'state', 'reason', 'operator says', 'since', 'note'],
        disputes.map((it) => [
          it.id,
          it.order,
          it.account,
          it.state,
          it.reason,
          it.operator_says ?? '',
          it.created_at,
          it.note ?? '',
        ]),
      ),
    };
  });

  const decide = addCommand(group, 'decide', 'refunds the customer, or confirms the delivery')
    .argument('<dispute>', 'its id', disputeArgument)
    .addOption(
      new Option('--outcome <outcome>', 'what happens').choices(['refund', 'confirm']).makeOptionMandatory(),
    );
  onDatabase<{ outcome: 'refund' | 'confirm' }>(
    decide,
    async ({ database }, { options, args: [text = ''] }) => {
      const id = disputeArgument(text);
      const actor = `command:${userInfo().username}`;
      const { outcome } = options;
      if (!(await decideDispute(database, id, { outcome, actor }))) {
        throw new CommandFault(`${formatId('dispute', id)} is not open, or was decided`);
      }
      return {
        json: { id: formatId('dispute', id), decision: outcome },
        lines: [`${formatId('dispute', id)}: ${outcome}; a running server carries it out`],
      };
    },
  );
}

function disputeArgument(text: string): bigint {
  const id = parseId('dispute', text);
  if (id === undefined) throw new InvalidArgumentError('A dispute is dsp_<number>.');
  return id;
}

function printed(dispute: Dispute) {
  return {
    id: formatId('dispute', dispute.id),
    order: formatId('order', dispute.orderId),
    account: formatId('account', dispute.accountId),
    state: dispute.state,
    reason: dispute.reason,
    note: dispute.note ?? null,
    operator_says: dispute.providerVerdict ?? null,
    created_at: new Date(dispute.createdAtMs).toISOString(),
  };
}
