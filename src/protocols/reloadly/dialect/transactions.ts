/** Top-ups of the past, in every form that clients ask for them. */
import { Refusal } from '../../../core/errors.ts';
import { firstIdAt } from '../../../core/ids.ts';
import { countOrders, type OrderFilter } from '../../../orders/find-orders.ts';
import type { OrderRecord } from '../../../orders/order.ts';
import { referenceHash } from '../../../orders/place-order.ts';
import { listOrders, readOrderOf } from '../../../orders/read-orders.ts';
import type { Page, Refund, TopupStatus, Transaction } from '../wire.ts';
import type { Call } from './call.ts';
import { parseStretch, type Stretch } from './instants.ts';
import { offsetOf, type PageRequest, readPage, renderPage } from './page.ts';
import { readText, wrong } from './query.ts';
import { renderRefund } from './refund.ts';
import { renderStatus, renderTransaction, type TransactionContext } from './render-transaction.ts';

/** `GET /topups/{id}/status`: the one way to the PIN of an asynchronous top-up. */
export async function topupStatus(call: Call): Promise<TopupStatus> {
  return renderStatus(await find(call), context(call, 'answer'));
}

/** `GET /topups/reports/transactions/{id}` */
export async function transaction(call: Call): Promise<Transaction> {
  return renderTransaction(await find(call), context(call, 'history'));
}

/** `GET /topups/reports/transactions/{id}/refund` */
export async function refund(call: Call): Promise<Refund> {
  return renderRefund(await find(call));
}

/** `GET /topups/reports/transactions`, newest first. */
export function transactions(call: Call): Promise<Page<Transaction>> {
  const filter = readFilter(call, { start: 'startDate', end: 'endDate' });
  return list(call, { filter, page: readPage(call.query), order: 'desc' });
}

/** `GET /transactions`: an older form of the same, in which `count` is the size of a page. */
export function legacyTransactions(call: Call): Promise<Page<Transaction>> {
  const filter = readFilter(call, { start: 'startTime', end: 'endTime' });
  const order = (readText(call.query, 'sortOrder') ?? 'desc').toLowerCase();
  if (order !== 'asc' && order !== 'desc') throw wrong('sortOrder', 'must be asc or desc');
  const sortBy = readText(call.query, 'sortBy');
  if (sortBy !== undefined && !SORT_KEYS.includes(sortBy.toLowerCase().replaceAll('_', ''))) {
    throw wrong('sortBy', 'must be transactionId, transactionDate, create_time or update_time');
  }
  const page = readPage(call.query, readText(call.query, 'count') === undefined ? 'size' : 'count');
  return list(call, { filter, page, order });
}

/** Each means the time of creation: that of the last update is not kept in order. */
const SORT_KEYS = ['transactionid', 'transactiondate', 'createtime', 'updatetime'];

async function find(call: Call): Promise<OrderRecord> {
  const id = call.params['id'] ?? '';
  if (!/^\d+$/.test(id)) throw wrong('transactionId', 'must be a whole number');
  const orderId = BigInt(id);
  const order =
    orderId <= BigInt(Number.MAX_SAFE_INTEGER)
      ? await readOrderOf(call.services.engine, call.caller.accountId, orderId)
      : undefined;
  if (!order) throw new Refusal('not_found', { message: 'Transaction not found for given id' });
  return order;
}

type Filter = Omit<OrderFilter, 'limit' | 'offset'>;

function readFilter({ query, market, services }: Call, names: { start: string; end: string }): Filter {
  const country = readText(query, 'countryCode')?.toUpperCase();
  if (country !== undefined && !/^[A-Z]{2}$/.test(country)) throw wrong('countryCode', 'must be two letters');
  const operatorId = readText(query, 'operatorId');
  if (operatorId !== undefined && !/^\d{1,9}$/.test(operatorId))
    throw wrong('operatorId', 'must be a whole number');
  const operatorName = readText(query, 'operatorName')?.toLowerCase();
  const reference = readText(query, 'customIdentifier');
  const start = readStretch(readText(query, names.start), names.start);
  const end = readStretch(readText(query, names.end), names.end);
  if (start && end && start.startMs >= end.endMs) throw wrong(names.end, `is before ${names.start}`);

  const named =
    operatorName === undefined
      ? undefined
      : market.catalogue
          .operators()
          .filter(({ name }) => name.toLowerCase() === operatorName)
          .map(({ id }) => id);
  const asked =
    operatorId === undefined ? named : [Number(operatorId)].filter((id) => named?.includes(id) ?? true);
  return {
    ...(country === undefined ? {} : { country }),
    ...(asked === undefined ? {} : { operatorIds: asked }),
    ...(reference === undefined ? {} : { referenceHash: referenceHash(services.engine, reference) }),
    ...(start === undefined ? {} : { from: firstIdAt(start.startMs) }),
    ...(end === undefined ? {} : { before: firstIdAt(end.endMs) }),
  };
}

function readStretch(text: string | undefined, name: string): Stretch | undefined {
  if (text === undefined) return undefined;
  const stretch = parseStretch(text);
  if (!stretch) throw wrong(name, 'must be a date of the form YYYY-MM-DD HH:mm:ss');
  return stretch;
}

async function list(
  call: Call,
  { filter, page, order }: { filter: Filter; page: PageRequest; order: 'asc' | 'desc' },
): Promise<Page<Transaction>> {
  const { engine } = call.services;
  const { accountId } = call.caller;
  const total = await countOrders(engine.database, accountId, { ...filter, limit: 0 });
  const window = windowOf(page, { total, order });
  const orders = window.limit > 0 ? await listOrders(engine, accountId, { ...filter, ...window }) : [];
  if (order === 'asc') orders.reverse();
  const content = orders.map((one) => renderTransaction(one, context(call, 'history')));
  return renderPage(content, { ...page, total, sorted: true });
}

/** Where a page stands among all that match, newest first: the oldest come first where the order is rising. */
export function windowOf(
  page: PageRequest,
  { total, order }: { total: number; order: 'asc' | 'desc' },
): { limit: number; offset: number } {
  const offset = offsetOf(page);
  const limit = Math.max(0, Math.min(page.size, total - offset));
  return { limit, offset: order === 'desc' ? offset : Math.max(0, total - offset - limit) };
}

function context({ market, baseUrl }: Call, view: TransactionContext['view']): TransactionContext {
  return { catalogue: market.catalogue, baseUrl, view };
}
