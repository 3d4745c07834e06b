/** Something that somebody may say about an order, likely or not. */
import type { OrderRecord } from '../../src/orders/order.ts';
import type { Evidence } from '../../src/routing/connector.ts';
import type { Random } from '../harness/random.ts';
import { CODES } from './market.ts';

export function randomEvidence(
  order: OrderRecord,
  random: Random,
  nowMs: number,
): Evidence & { receivedAtMs?: number } {
  const verdict = random.pick([
    'delivered',
    'refused',
    'pending',
    'unknown',
    'unmapped',
    'not_found',
    'reversed',
    'unsent',
  ] as const);
  const { receiveAmount } = order.facts;
  return {
    source: random.pick(['submit', 'query', 'callback'] as const),
    verdict,
    ...((verdict === 'refused' || verdict === 'unmapped') && { code: random.pick(Object.values(CODES)) }),
    ...(verdict === 'delivered' && random.chance(0.3) && { deliveredAmount: receiveAmount / 2n }),
    ...(verdict === 'delivered' && random.chance(0.3) && { providerReference: `P-${random.between(1, 99)}` }),
    ...(random.chance(0.2) && { receivedAtMs: nowMs - random.between(-5_000, 5_000) }),
  };
}
