/** D1, D2, A5: every order against the journals of the providers. */
import type { ModelOrder } from './model-rows.ts';
import type { ModelStore } from './model-store.ts';
import type { JournalLine, SimulatedProvider } from './provider.ts';

export function auditDelivery(
  store: ModelStore,
  providers: ReadonlyMap<string, SimulatedProvider>,
  found: (rule: string, what: string) => void,
): void {
  const lines = [...providers.values()].flatMap(({ journal }) => journal);
  const lies = new Map([...providers.values()].flatMap((provider) => [...provider.lies]));
  const byOrder = Map.groupBy(lines, ({ reference }) => reference.split('-')[1] ?? '');
  for (const order of store.orders.values()) {
    auditOrder(order, byOrder.get(`${order.facts.id}`) ?? [], lies, found);
  }
  for (const [id] of byOrder)
    if (!store.orders.has(BigInt(id))) found('D2', `a delivery for order ${id}, which nobody placed`);
}

function auditOrder(
  order: ModelOrder,
  delivered: readonly JournalLine[],
  lies: ReadonlyMap<string, string>,
  found: (rule: string, what: string) => void,
): void {
  const { facts, progress, adjustments, attempts } = order;
  const has = (cause: string) => adjustments.some((made) => made.cause === cause);
  const honest = delivered.filter(({ reference }) => !lies.has(reference));
  const told = `order ${facts.id}, ${progress.state}`;
  if (new Set(delivered.map(({ reference }) => reference)).size !== delivered.length)
    found('D2', `${told}: one reference was executed twice`);
  if (honest.length > 1) found('D2', `${told}: ${honest.length} deliveries`);
  switch (progress.state) {
    case 'DELIVERED':
      if (honest.length === 0 && delivered.length === 0) found('D2', `${told}: nothing in any journal`);
      if (delivered.length > 1 && !has('LATE_DELIVERY'))
        found('D2', `${told}: ${delivered.length} deliveries and no adjustment`);
      break;
    case 'FAILED':
    case 'CANCELLED':
      if (honest.length > 0) found('D2', `${told}: it was delivered, and nobody had lied`);
      if (delivered.length > 0 && !has('LATE_DELIVERY')) found('D2', `${told}: delivered, no adjustment`);
      if (delivered.length === 0 && has('LATE_DELIVERY')) found('D2', `${told}: a late delivery of nothing`);
      break;
    default:
      found('A5', `${told}: has not ended, attempts ${attempts.map(({ state }) => state).join(', ')}`);
  }
  const reversed = delivered.some((line) => line.reversed);
  if (progress.state === 'DELIVERED' && reversed !== has('OPERATOR_REVERSAL'))
    found('M5', `${told}: reversed ${reversed}, adjusted ${has('OPERATOR_REVERSAL')}`);
  const isPart = delivered.some(({ amount }) => amount < facts.receiveAmount);
  if (progress.state === 'DELIVERED' && isPart !== has('PARTIAL'))
    found('M5', `${told}: in part ${isPart}, adjusted ${has('PARTIAL')}`);
  if (new Set(adjustments.map(({ cause }) => cause)).size !== adjustments.length)
    found('M5', `${told}: a cause twice`);
}
