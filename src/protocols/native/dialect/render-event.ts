/** An event as the native API shows it: the body of the log, with ids and money in this API's forms. */
import { assert } from '../../../core/assert.ts';
import { type AccountId, formatId } from '../../../core/ids.ts';
import type { LoggedEvent } from '../../../events/event-log.ts';
import type { EventView } from '../wire-events.ts';
import type { EventCursors } from './event-cursor.ts';
import { instant, maybe, money } from './render.ts';

export function eventView(
  event: LoggedEvent,
  terms: { readonly accountId: AccountId; readonly cursors: EventCursors },
): EventView {
  return {
    id: terms.cursors.format(terms.accountId, event.id),
    type: event.type as EventView['type'], // a test compares the log's types with the list
    at: instant(event.atMs),
    order: maybe(event.orderId, (id) => formatId('order', id)),
    sequence: event.seq ?? null,
    data: dataOf(event.body),
  };
}

/** Members that are not ours to translate go through as they are. */
function dataOf(body: LoggedEvent['body']): EventView['data'] {
  // `state`: whether the process that accepted the order also sends it is not the client's matter.
  const {
    state: _,
    batch,
    schedule,
    dispute,
    disputed,
    wallet,
    amount,
    currency,
    cause,
    adjusted,
    ...rest
  } = body;
  return {
    ...rest,
    ...(typeof cause === 'string' ? { cause: cause.toLowerCase() } : {}),
    ...(typeof adjusted === 'string' ? { adjusted: adjusted.toLowerCase() } : {}),
    ...(batch === undefined ? {} : { batch: formatId('batch', digits(batch)) }),
    ...(schedule === undefined ? {} : { schedule: formatId('schedule', digits(schedule)) }),
    ...(wallet === undefined ? {} : { wallet: formatId('wallet', digits(wallet)) }),
    ...(dispute === undefined ? {} : { dispute: formatId('dispute', digits(dispute)) }),
    ...(disputed === undefined ? {} : { disputed: formatId('order', digits(disputed)) }),
    ...(typeof currency === 'string' ? { amount: money(digits(amount), currency) } : {}),
  };
}

/** Ids and minor units of our own log: numbers or their text. */
function digits(value: unknown): bigint {
  assert(typeof value === 'string' || typeof value === 'number', 'the log holds digits here');
  return BigInt(value);
}
