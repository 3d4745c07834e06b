/**
 * Status callbacks: a GET to the client's address when a recharge of this API has ended. A look reads the event log
 * on from where the last one stopped, claims what is due and sends it; nobody waits for a client that does not
 * answer, since each has a few places of its own. A crash between the answer of a client and its record sends once
 * more: at least once.
 *
 * A callback tells how the recharge stands when it is sent, so one that comes late never tells what is over.
 */
import { assert } from '../../../core/assert.ts';
import { readOrderOf } from '../../../orders/read-orders.ts';
import type { DueWork } from '../../../platform/due-loop.ts';
import type { SafeFetch, TargetPolicy } from '../../../platform/safe-fetch.ts';
import type { DialectServices } from '../../dialect.ts';
import { renderWire } from '../dialect/render.ts';
import { callbackUrl, failureOf, retryAfterSeconds } from './callback.ts';
import {
  type ClaimedCallback,
  claimCallbacks,
  gatherCallbacks,
  nextCallbackSeconds,
  type Recorded,
  recordCallback,
} from './store.ts';

export interface CallbackTerms extends Pick<DialectServices, 'engine' | 'log' | 'metrics'> {
  readonly fetch: SafeFetch;
  /** Of the clients of the sandbox; all others have to be out on the internet. */
  readonly sandboxPolicy: TargetPolicy;
}

/** Read at once: a tenth of a second's work. */
const EVENTS_MAX = 5_000;
/** Requests that are out at once; those of one client leave places for thirty others that answer nobody. */
const IN_FLIGHT_MAX = 256;
const IN_FLIGHT_OF_CLIENT_MAX = 8;
/** Twice as long as any try takes (`safe-fetch.ts`). */
const LEASE_SECONDS = 30;
/** Orders that have ended are seen by then. */
const PERIOD_MS = 1_000;
/** While answers are out: whoever has got one gets its next request. */
const BUSY_MS = 100;
const HEADERS = { 'user-agent': 'toprail' };

export function createCallbackWork(terms: CallbackTerms): DueWork {
  const { engine, log } = terms;
  const inFlight = new Map<Promise<void>, string>();
  const start = (claimed: ClaimedCallback) => {
    const telling = tell(terms, claimed)
      .catch((error: unknown) => {
        log.warn(
          { order: `${claimed.orderId}`, error },
          'a status callback was not recorded; it is sent again',
        );
      })
      .finally(() => inFlight.delete(telling));
    inFlight.set(telling, claimed.clientId);
  };
  return {
    name: 'status callbacks',
    periodMs: PERIOD_MS,
    look: async () => {
      const hasMore = await gatherCallbacks(engine.database, EVENTS_MAX);
      const claimed = await claimCallbacks(engine, {
        limit: IN_FLIGHT_MAX - inFlight.size,
        perClient: IN_FLIGHT_OF_CLIENT_MAX,
        busy: [...inFlight.values()],
        leaseSeconds: LEASE_SECONDS,
      });
      claimed.forEach(start);
      if (hasMore) return 0;
      if (inFlight.size > 0) return BUSY_MS;
      const seconds = await nextCallbackSeconds(engine.database);
      return seconds === undefined ? undefined : Math.max(seconds, 0) * 1000;
    },
    end: async () => {
      await terms.fetch.close();
      await Promise.all(inFlight.keys());
    },
  };
}

async function tell(terms: CallbackTerms, claimed: ClaimedCallback): Promise<void> {
  const recorded = await tryOnce(terms, claimed).catch((error: unknown): Recorded => {
    terms.log.error({ order: `${claimed.orderId}`, error }, 'a status callback failed');
    return after(claimed, 'INTERNAL');
  });
  if (!(await recordCallback(terms.engine.database, claimed, recorded))) return;
  terms.metrics.count('toprail_status_callbacks', { state: recorded.state });
  if (recorded.state === 'exhausted') {
    const { orderId, clientId } = claimed;
    const fields = { order: `${orderId}`, client: clientId, code: recorded.failure };
    terms.log.warn(fields, 'a client was not told how its recharge ended');
  }
}

async function tryOnce(terms: CallbackTerms, claimed: ClaimedCallback): Promise<Recorded> {
  const { accountId, orderId, address, environment } = claimed;
  if (address === undefined) return { state: 'dropped' };
  const order = await readOrderOf(terms.engine, accountId, orderId);
  assert(order, `order ${orderId} has ended and can be read`);
  const url = callbackUrl(address, renderWire(order));
  const policy = environment === 'sandbox' ? terms.sandboxPolicy : 'public';
  const failure = failureOf(await terms.fetch.send({ method: 'GET', url, headers: HEADERS }, policy));
  return failure === undefined ? { state: 'told' } : after(claimed, failure);
}

function after({ tries }: ClaimedCallback, failure: string): Recorded {
  const afterSeconds = retryAfterSeconds(tries);
  return afterSeconds === undefined
    ? { state: 'exhausted', failure }
    : { state: 'waiting', failure, afterSeconds };
}
