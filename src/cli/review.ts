/**
 * `toprail review`: orders that only people can end, and corrections of what has ended. One asks with evidence, another
 * approves.
 */
import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { currencyOf } from '../core/currency.ts';
import { formatId, type IdMint, parseId } from '../core/ids.ts';
import { formatAmount } from '../core/money.ts';
import { leaseLane } from '../orders/lane.ts';
import type { Decision } from '../orders/review/decide-case.ts';
import {
  approveDecision,
  type CorrectionRequested,
  listReviewCases,
  type Requested,
  type ReviewCase,
  rejectDecision,
  requestCorrection,
  requestDecision,
} from '../orders/review/decisions.ts';
import { loadOrders } from '../orders/store.ts';
import { addCommand, onDatabase, table } from './command.ts';
import type { Session } from './connect.ts';
import { CommandFault } from './fault.ts';
import { nameArgument, signedAmountIn } from './values.ts';

const EVIDENCE_CHARS_MAX = 1_000;

const WHY_NOT = {
  not_in_review: 'is not in review',
  open_already: 'has a decision that waits: approve or reject it first',
  not_decidable: 'cannot have been delivered: its last attempt was refused',
  no_such_order: 'is no order',
  not_ended: 'has not ended',
  corrected_already: 'was corrected before',
  moves_nothing: 'would be corrected by nothing',
  more_than_paid: 'has not cost its customer that much by now',
  more_than_given_back: 'has not given its customer that much back',
  more_than_available: 'is of a wallet that does not have that much',
} as const satisfies Record<Exclude<Requested | CorrectionRequested, 'requested'>, string>;

export function reviewCommands(program: Command): void {
  const group = program.command('review').description('orders that only people can end');

  onDatabase(
    addCommand(group, 'list', 'shows the cases that are open, and corrections that were asked for'),
    async (session) => {
      const cases = (await listReviewCases(session)).map(printed);
      return {
        json: { data: cases },
        lines: table(
          ['order', 'account', 'reason', 'since', 'not mapped', 'asked for', 'by', 'evidence'],
          cases.map(({ order, account, reason, opened_at, unmapped, decision }) => [
            order,
            account,
            reason,
            opened_at,
            unmapped.join(' '),
            decision ? askedFor(decision) : '',
            decision?.requested_by ?? '',
            decision?.evidence ?? '',
          ]),
        ),
      };
    },
  );

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
      const requested = await withMint(session, (asking) =>
        requestDecision(asking, { orderId, outcome, evidence, actor: by }),
      );
      if (requested !== 'requested') throw new CommandFault(`${id} ${WHY_NOT[requested]}`);
      return {
        json: { order: id, outcome, requested_by: by },
        lines: [`${id}: ${outcome}, asked for by ${by}; somebody else has to approve`],
      };
    },
  );

  const correct = withPerson(addCommand(group, 'correct', 'asks for a correction of an order that has ended'))
    .argument('<order>', 'its id', orderArgument)
    .requiredOption('--amount <amount>', 'what its customer gets, such as 6.60; below zero, loses')
    .requiredOption('--evidence <text>', 'what shows that it is right', evidenceArgument);
  onDatabase<{ by: string; amount: string; evidence: string }>(
    correct,
    async (session, { options: { by, amount, evidence }, args: [text = ''] }) => {
      const orderId = orderArgument(text);
      const id = formatId('order', orderId);
      const [order] = await loadOrders(session.database, session.vault, [orderId]);
      if (!order) throw new CommandFault(`${id} ${WHY_NOT.no_such_order}`);
      const unit = currencyOf(order.facts.currency);
      const minor = signedAmountIn(unit, amount);
      const requested = await withMint(session, (asking) =>
        requestCorrection(asking, { orderId, amount: minor, evidence, actor: by }),
      );
      if (requested !== 'requested') throw new CommandFault(`${id} ${WHY_NOT[requested]}`);
      const money = { value: formatAmount(minor, unit.exponent), currency: unit.code };
      return {
        json: { order: id, amount: money, requested_by: by },
        lines: [`${id}: ${money.value} ${money.currency}, asked for by ${by}; somebody else has to approve`],
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

/** A decision has an id of its own, and so its transfers a month. */
async function withMint<T>(session: Session, work: (asking: Session & { mint: IdMint }) => Promise<T>) {
  const lane = await leaseLane(session.database, session.clock);
  try {
    return await work({ ...session, mint: lane.mint });
  } finally {
    await lane.release();
  }
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

function printed(found: ReviewCase) {
  const { orderId, accountId, reason, openedAtMs, unmapped, decision, currency } = found;
  return {
    order: formatId('order', orderId),
    account: formatId('account', accountId),
    reason,
    opened_at: new Date(openedAtMs).toISOString(),
    unmapped,
    decision: decision
      ? {
          outcome: decision.outcome,
          amount:
            decision.amount === undefined
              ? null
              : { value: formatAmount(decision.amount, currencyOf(currency).exponent), currency },
          evidence: decision.evidence,
          requested_by: decision.requestedBy,
          approved_by: decision.approvedBy ?? null,
        }
      : null,
  };
}

function askedFor({ outcome, amount, approved_by }: NonNullable<ReturnType<typeof printed>['decision']>) {
  const what = amount === null ? outcome : `${amount.value} ${amount.currency}`;
  return approved_by === null ? what : `${what} (approved)`;
}
