/** E1 and A4 by the event log alone: numbers without gaps, every change told, no change after the end. */
import type { ModelEvent } from './model-rows.ts';
import type { ModelStore } from './model-store.ts';

/** What may be told after what; the state is the last one told. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  'order.accepted': [
    'dispatched',
    'retried',
    'in_doubt',
    'delayed',
    'review',
    'delivered',
    'failed',
    'cancelled',
  ],
  'order.dispatched': ['retried', 'in_doubt', 'delayed', 'review', 'delivered', 'failed'],
  'order.retried': ['retried', 'in_doubt', 'delayed', 'review', 'delivered', 'failed', 'cancelled'],
  'order.in_doubt': ['retried', 'delayed', 'review', 'delivered', 'failed'],
  'order.delayed': ['dispatched', 'retried', 'in_doubt', 'review', 'delivered', 'failed', 'cancelled'],
  'order.review': ['dispatched', 'retried', 'review', 'delayed', 'delivered', 'failed', 'cancelled'],
  'order.delivered': [],
  'order.failed': [],
  'order.cancelled': [],
};
const END_OF = {
  DELIVERED: 'order.delivered',
  FAILED: 'order.failed',
  CANCELLED: 'order.cancelled',
} as const;

export function auditEvents(
  store: ModelStore,
  read: readonly ModelEvent[],
  found: (rule: string, what: string) => void,
): void {
  for (const [index, { id }] of read.entries())
    if (id !== index + 1) return found('E1', `a reader got event ${id} where ${index + 1} comes next`);
  if (read.length !== store.events.length)
    found('E1', `a reader got ${read.length} of ${store.events.length} events`);
  const byOrder = Map.groupBy(read, ({ orderId }) => orderId);
  for (const { facts, progress } of store.orders.values()) {
    const told = byOrder.get(facts.id) ?? [];
    for (const [index, event] of told.entries()) {
      if (event.seq !== index + 1) found('E1', `order ${facts.id} tells ${event.seq} as its ${index + 1}.`);
      // An adjustment may come before the end: a delivery came to light while another attempt was out.
      if (event.type === 'order.adjusted' && index > 0) continue;
      const before = told.slice(0, index).findLast(({ type }) => type !== 'order.adjusted');
      const allowed = before ? NEXT[before.type] : ['accepted'];
      if (!allowed?.includes(event.type.slice('order.'.length)))
        found('A4', `order ${facts.id} tells ${event.type} after ${before?.type ?? 'nothing'}`);
    }
    const end = told.find(({ type }) => Object.values<string>(END_OF).includes(type))?.type;
    const expected = progress.state in END_OF ? END_OF[progress.state as keyof typeof END_OF] : undefined;
    if (end !== expected) found('E1', `order ${facts.id} is ${progress.state} and told ${end ?? 'no end'}`);
  }
}
