/**
 * What a complete statement should have and has not. That an attempt is missing there is a NOT_FOUND like that of a
 * status query: it is kept, and proves a refusal only by the rule of the provider's capability record. Nothing is
 * guessed from it, and the break is for a person.
 */
import { assert } from '../core/assert.ts';
import { notFoundHorizonMs } from '../orders/attempt.ts';
import { attemptOf, type OrderRecord } from '../orders/order.ts';
import { give, type ReconcilingEngine } from './give-to-orders.ts';
import { type Absence, findAbsences, openAbsences } from './store.ts';

const PAGE_ATTEMPTS = 500;

export async function findMissing(
  engine: ReconcilingEngine,
  statement: { readonly provider: string; readonly id: bigint; readonly fingerprint: string },
): Promise<void> {
  const capability = engine.market().routing.provider(statement.provider)?.capability;
  assert(capability, 'a statement is of a provider that is there');
  const horizonMs = notFoundHorizonMs(capability);
  for (let after = 0n; ; ) {
    const page = await findAbsences(engine.database, statement.id, {
      horizonMs,
      after,
      limit: PAGE_ATTEMPTS,
    });
    const last = page.at(-1);
    if (!last) return;
    await openAbsences(engine.database, statement.id, page);
    await tellOrders(engine, codeOf(statement), page);
    after = last.order_id;
  }
}

async function tellOrders(engine: ReconcilingEngine, code: string, page: readonly Absence[]): Promise<void> {
  const open = new Map(page.filter((one) => one.is_open).map((one) => [one.order_id, one.attempt]));
  const orders = await engine.store.load([...open.keys()]);
  await Promise.all(
    orders.map(async (order) => {
      const number = open.get(order.facts.id);
      if (number === undefined || hasHeard(order, number, code)) return;
      await give(engine, order, number, { source: 'statement', verdict: 'not_found', code });
    }),
  );
}

/** Which statement it is, without its number: whoever reads the timeline of an order need not know how many there are. */
function codeOf({ fingerprint }: { readonly fingerprint: string }): string {
  return `ABSENT_${fingerprint.slice(0, 8).toUpperCase()}`;
}

/** Said once by each statement, however often it is imported. */
function hasHeard(order: OrderRecord, number: number, code: string): boolean {
  return attemptOf(order, number)?.evidence.some((said) => said.code === code) === true;
}
