/** `toprail review`: orders that only people can end. One asks for an outcome with evidence, another approves. */
import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { formatId, parseId } from '../core/ids.ts';
import { leaseLane } from '../orders/lane.ts';
import type { Decision } from '../orders/review/decide-case.ts';
import {
  approveDecision,
  listReviewCases,
  type Requested,
  type ReviewCase,
  rejectDecision,
  requestDecision,
} from '../orders/review/decisions.ts';
import { addCommand, onDatabase, table } from './command.ts';
import { CommandFault } from './fault.ts';
import { nameArgument } from './values.ts';

const EVIDENCE_CHARS_MAX = 1_000;

const WHY_NOT = {
  not_in_review: 'is not in review',
  open_already: 'has a decision that waits: approve or reject it first',
  not_decidable: 'cannot have been delivered: its last attempt was refused',
} as const satisfies Record<Exclude<Requested, 'requested'>, string>;

export function reviewCommands(program: Command): void {
  const group = program.command('review').description('orders that only people can end');

  onDatabase(addCommand(group, 'list', 'shows the cases that are open'), async (session) => {
    const cases = (await listReviewCases(session)).map(printed);
    return {
      json: { data: cases },
      lines: table(
        ['order', 'account', 'reason', 'since', 'asked for', 'by', 'evidence'],
        cases.map(({ order, account, reason, opened_at, decision }) => [
          order,
          account,
          reason,
          opened_at,
          decision ? `${decision.outcome}${decision.approved_by === null ? '' : ' (approved)'}` : '',
          decision?.requested_by ?? '',
          decision?.evidence ?? '',
        ]),
      ),
    };
  });

  const request = withPerson(addCommand(group, 'request', 'asks for an outcome'))
    .argument('<order>', 'its id', orderArgument)
    .addOption(
      new Option('--outcome <outcome>', 'how it ended')
        .choices(['delivered', 'failed'])
        .makeOptionMandatory(),
    )
    .requiredOption('--evidence <text>', "what shows it: an operator's word, a ticket", evidenceArgument);
  onDatabase<{ by: string; outcome: Decision; evidence: string }>(
    request,
    async (session, { options: { by, outcome, evidence }, args: [text = ''] }) => {
      const orderId = orderArgument(text);
      const id = formatId('order', orderId);
      const lane = await leaseLane(session.database, session.clock);
      let requested: Requested;
      try {
        requested = await requestDecision(
          { ...session, mint: lane.mint },
          { orderId, outcome, evidence, actor: by },
        );
      } finally {
        await lane.release();
      }
      if (requested !== 'requested') throw new CommandFault(`${id} ${WHY_NOT[requested]}`);
      return {
        json: { order: id, outcome, requested_by: by },
        lines: [`${id}: ${outcome}, asked for by ${by}; somebody else has to approve`],
      };
    },
  );

  const approve = withPerson(addCommand(group, 'approve', 'lets a decision be carried out')).argument(
    '<order>',
    'its id',
    orderArgument,
  );
  onDatabase<{ by: string }>(approve, async ({ database }, { options: { by }, args: [text = ''] }) => {
    const orderId = orderArgument(text);
    const id = formatId('order', orderId);
    const approved = await approveDecision(database, orderId, by);
    if (approved === 'same_person')
      throw new CommandFault(`${by} has asked for it: somebody else has to approve`);
    if (approved === 'not_open') throw new CommandFault(`nobody has asked for a decision about ${id}`);
    return {
      json: { order: id, approved_by: by },
      lines: [`${id}: approved by ${by}; a running server carries it out`],
    };
  });

  const reject = withPerson(addCommand(group, 'reject', 'takes away what was asked for')).argument(
    '<order>',
    'its id',
    orderArgument,
  );
  onDatabase<{ by: string }>(reject, async ({ database }, { options: { by }, args: [text = ''] }) => {
    const orderId = orderArgument(text);
    const id = formatId('order', orderId);
    if (!(await rejectDecision(database, orderId, by))) {
      throw new CommandFault(`nothing waits for an approval about ${id}`);
    }
    return { json: { order: id, rejected_by: by }, lines: [`${id}: rejected by ${by}`] };
  });
}

function withPerson(command: Command): Command {
  return command.option(
    '--by <name>',
    'who says so (default: the user of this machine)',
    nameArgument,
    userInfo().username,
  );
}

function orderArgument(text: string): bigint {
  const id = parseId('order', text);
  if (id === undefined) throw new InvalidArgumentError('An order is ord_<number>.');
  return id;
}

function evidenceArgument(text: string): string {
  if (text.trim() === '' || text.length > EVIDENCE_CHARS_MAX) {
    throw new InvalidArgumentError(`It has 1 to ${EVIDENCE_CHARS_MAX} characters.`);
  }
  return text;
}

function printed({ orderId, accountId, reason, openedAtMs, decision }: ReviewCase) {
  return {
    order: formatId('order', orderId),
    account: formatId('account', accountId),
    reason,
    opened_at: new Date(openedAtMs).toISOString(),
    decision: decision
      ? {
          outcome: decision.outcome,
          evidence: decision.evidence,
          requested_by: decision.requestedBy,
          approved_by: decision.approvedBy ?? null,
        }
      : null,
  };
}
