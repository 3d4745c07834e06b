/**
 * Clients that go on at the same pace whatever is answered, number their orders and remember what was acknowledged.
 * What is measured: orders that are delivered at once, status callbacks of those that ask for them, and callbacks of
 * the provider; beside them, orders whose operators misbehave by themselves.
 */
import { request as httpRequest } from 'node:http';
import { Goodput, PROMPT_MS } from './goodput.ts';
import type { Installation } from './installation.ts';

const STREAMS = {
  orders: { perSecond: 24, suffixes: ['7111', '7112', '7113', '7114'], dialect: 'native' },
  callbacks: { perSecond: 6, suffixes: ['3210', '3211', '3212'], dialect: 'a1topup' },
  notices: { perSecond: 4, suffixes: ['9009'], dialect: 'native' },
  odd: {
    perSecond: 3,
    suffixes: ['9000', '9001', '9005', '9006', '9007', '9008', '9010', '9013', '9015'],
    dialect: 'native',
  },
} as const;
type Stream = keyof typeof STREAMS;
/** Of the others nobody says when they should end. */
const MEASURED = ['orders', 'callbacks', 'notices'] as const satisfies readonly Stream[];

const TICK_MS = 20;
const LOOK_INTO_JOURNAL_MS = 200;
const REQUEST_MS_MAX = 15_000;

export interface Load {
  readonly measured: readonly Goodput[];
  /** Order id by reference. */
  readonly acknowledged: ReadonlyMap<string, bigint>;
  /** References that got no answer of success: only a repeat tells what became of them. */
  readonly unanswered: ReadonlySet<string>;
  /** Asks once more about a reference, past all proxies. Undefined: no success. */
  repeat(reference: string): Promise<bigint | undefined>;
  stop(): Promise<void>;
}

export function startLoad(installation: Installation, form: 'whole' | 'short'): Load {
  const goodput = { orders: new Goodput(), callbacks: new Goodput(), notices: new Goodput() };
  const acknowledged = new Map<string, bigint>();
  const unanswered = new Set<string>();
  const underWay = new Set<Promise<void>>();
  const proxied = `http://127.0.0.1:${installation.proxies.clients.port}`;
  let number = 0;

  const begin = async (stream: Stream) => {
    const reference = `${stream}-${++number}`;
    const beganAtMs = Date.now();
    unanswered.add(reference);
    if (stream === 'orders') goodput.orders.began(reference, beganAtMs);
    const placed = await place(installation, proxied, reference);
    if (!placed) return;
    unanswered.delete(reference);
    acknowledged.set(reference, placed.id);
    if (!placed.isDelivered) return;
    goodput.orders.ended(reference, Date.now());
    if (stream === 'callbacks' || stream === 'notices') goodput[stream].began(`${placed.id}`, beganAtMs);
    if (installation.told.has(`TXN${placed.id}`)) goodput.callbacks.ended(`${placed.id}`, Date.now());
  };
  installation.onTold = (transactionId) => goodput.callbacks.ended(transactionId.slice(3), Date.now());

  const owed: Record<Stream, number> = { orders: 0, callbacks: 0, notices: 0, odd: 0 };
  const streams: readonly Stream[] = form === 'whole' ? [...MEASURED, 'odd'] : MEASURED;
  let lastMs = Date.now();
  const tick = setInterval(() => {
    const nowMs = Date.now();
    for (const stream of streams) {
      owed[stream] += (STREAMS[stream].perSecond * (nowMs - lastMs)) / 1000;
      for (; owed[stream] >= 1; owed[stream] -= 1) {
        const one = begin(stream).finally(() => underWay.delete(one));
        underWay.add(one);
      }
    }
    lastMs = nowMs;
  }, TICK_MS);
  const journal = followJournal(installation, (orderId) => goodput.notices.ended(orderId, Date.now()));

  return {
    measured: MEASURED.map((stream) => goodput[stream]),
    acknowledged,
    unanswered,
    repeat: async (reference) => (await place(installation, installation.directUrl, reference))?.id,
    stop: async () => {
      clearInterval(tick);
      await Promise.all(underWay);
      await journal.stop();
    },
  };
}

interface PlacedOrder {
  readonly id: bigint;
  readonly isDelivered: boolean;
}

/** Undefined: refused, or no answer at all. */
async function place(
  { apiKey }: Installation,
  url: string,
  reference: string,
): Promise<PlacedOrder | undefined> {
  const [stream, number] = reference.split('-') as [Stream, string]; // as `begin` makes them
  const { dialect, suffixes } = STREAMS[stream];
  const suffix = suffixes[Number(number) % suffixes.length];
  if (dialect === 'native') {
    const answer = await post(`${url}/v1/orders`, {
      headers: { authorization: `Bearer ${apiKey}`, prefer: `wait=${PROMPT_MS / 1000}` },
      body: {
        reference,
        product: 173,
        recipient: { phone: `+5093637${suffix}` },
        amount: { value: '1.00', currency: 'USD' },
        deadline_seconds: 30,
      },
    });
    if (answer?.status !== 200 && answer?.status !== 201) return undefined;
    return placedOrder(answer.body['id'], answer.body['status'] === 'delivered');
  }
  const answer = await post(`${url}/api/v1/recharge`, {
    headers: {},
    body: {
      api_key: apiKey,
      client_ref: reference,
      mobile: `987654${suffix}`,
      operator: 'AIRTEL',
      amount: 299,
      circle: 'AP',
    },
  });
  return answer && placedOrder(answer.body['transaction_id'], answer.body['status'] === 'success');
}

/** `ord_12` and `TXN12` are order 12. */
function placedOrder(id: string | undefined, isDelivered: boolean): PlacedOrder | undefined {
  return id === undefined ? undefined : { id: BigInt(id.replace(/^\D+/, '')), isDelivered };
}

interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, string>>;
}

/** On a connection of its own, so that what is measured is the switch and not the client's pool. */
function post(
  url: string,
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: object },
): Promise<Answered | undefined> {
  return new Promise((resolve) => {
    const request = httpRequest(url, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(REQUEST_MS_MAX),
    });
    request.on('error', () => resolve(undefined));
    request.on('close', () => resolve(undefined));
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', () => resolve(undefined));
      response.on('end', () => {
        // A request that came in pieces may be refused before any API has seen it: then there is no JSON.
        const isJson = /[/+]json\b/.test(response.headers['content-type'] ?? '');
        if (!response.complete || !isJson) return resolve(undefined);
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) });
      });
    });
    request.end(JSON.stringify(body));
  });
}

/** Tells each order whose callback the provider knows to be heard. */
function followJournal({ simulator }: Installation, onNotified: (orderId: string) => void) {
  let after = 0;
  const stopping = new AbortController();
  const read = async () => {
    const text = await (await fetch(`${simulator.url}/journal?after=${after}`)).text();
    for (const line of text.split('\n').filter((one) => one !== '')) {
      const { seq, event, reference } = JSON.parse(line) as { seq: number; event: string; reference: string };
      after = seq;
      if (event === 'notified') onNotified(reference.split('-')[1] ?? '');
    }
  };
  const following = (async () => {
    while (!stopping.signal.aborted) {
      await read();
      await new Promise((resolve) => setTimeout(resolve, LOOK_INTO_JOURNAL_MS));
    }
  })();
  return {
    stop: () => {
      stopping.abort();
      return following;
    },
  };
}
