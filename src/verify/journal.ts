/** What the pretend operators say they did, per order. Read from their journal alone, never through our books. */
import { existsSync } from 'node:fs';
import { parseProviderReference } from '../orders/order.ts';
import { readJournalEntry } from '../simulator/journal-entry.ts';
import { readLines } from '../simulator/journal-lines.ts';

export interface OrderTotals {
  readonly delivered: number;
  readonly reversed: number;
  /** Something happened after the cut: the books may not have heard of it yet. */
  readonly recent: boolean;
}

export interface JournalTotals {
  of(orderId: bigint): OrderTotals;
  /** Every reference that was ever submitted before the cut. */
  readonly references: ReadonlySet<string>;
}

const NOTHING: OrderTotals = { delivered: 0, reversed: 0, recent: false };

/** Undefined when there is no journal: this installation has no pretend operators. */
export function readJournalTotals(path: string, cutMs: number): JournalTotals | undefined {
  if (!existsSync(path)) return undefined;
  const orders = new Map<bigint, { delivered: number; reversed: number; recent: boolean }>();
  const references = new Set<string>();
  for (const { line } of readLines(path, { from: 0 })) {
    const entry = readJournalEntry(line);
    const about = entry && parseProviderReference(entry.reference);
    if (!entry || !about) continue;
    const totals = orders.get(about.orderId) ?? { delivered: 0, reversed: 0, recent: false };
    if (entry.event === 'delivered') totals.delivered += 1;
    if (entry.event === 'reversed') totals.reversed += 1;
    if (Date.parse(entry.at) > cutMs) totals.recent = true;
    else if (entry.event === 'submitted') references.add(entry.reference);
    orders.set(about.orderId, totals);
  }
  return { of: (orderId) => orders.get(orderId) ?? NOTHING, references };
}
