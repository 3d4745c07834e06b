/** What the clients of the bench ask for. Orders go to a thousand numbers, as orders do. */
import { REFERENCE, type RequestShape } from './http-wire.ts';
import type { BenchServer } from './servers.ts';

const PRODUCT = 173;
const NUMBERS = 1_000;
/** Of Haiti, and none that the pretend operators treat in a way of its own. */
const FIRST_NUMBER = 50_936_377_000;
const BATCH_ROWS = 100;

type Asker = Pick<BenchServer, 'apiKey' | 'token'>;

const phones = Array.from({ length: NUMBERS }, (_, index) => `+${FIRST_NUMBER + index}`);

function bearer(credential: string): { readonly authorization: string } {
  return { authorization: `Bearer ${credential}` };
}

function nativeBody(phone: string): string {
  return JSON.stringify({
    reference: REFERENCE,
    product: PRODUCT,
    recipient: { phone },
    amount: { value: '1.00', currency: 'USD' },
  });
}

export function nativeOrders({ apiKey }: Asker): RequestShape[] {
  return nativeOrdersOf([apiKey]);
}

/** Of many accounts, in turn. */
export function nativeOrdersOf(apiKeys: readonly string[]): RequestShape[] {
  return Array.from({ length: Math.max(NUMBERS, apiKeys.length) }, (_, index) => ({
    method: 'POST',
    path: '/v1/orders',
    headers: bearer(apiKeys[index % apiKeys.length] ?? ''),
    body: nativeBody(phones[index % NUMBERS] ?? ''),
  }));
}

/** The answer comes when the order has ended. */
export function waitingOrders(asker: Asker): RequestShape[] {
  return nativeOrders(asker).map((shape) => ({ ...shape, headers: { ...shape.headers, prefer: 'wait=30' } }));
}

export function batches({ apiKey }: Asker): RequestShape[] {
  const body = phones.slice(0, BATCH_ROWS).map(nativeBody).join('\n');
  const headers = {
    ...bearer(apiKey),
    'content-type': 'application/x-ndjson',
    'idempotency-key': REFERENCE,
  };
  return [{ method: 'POST', path: '/v1/batches', headers, body: `${body}\n` }];
}

export function asyncTopups(asker: Asker): RequestShape[] {
  return topups(asker, '/topups-async');
}

export function syncTopups(asker: Asker): RequestShape[] {
  return topups(asker, '/topups');
}

function topups({ token }: Asker, path: string): RequestShape[] {
  return phones.map((number) => ({
    method: 'POST',
    path,
    headers: bearer(token),
    body: JSON.stringify({
      operatorId: PRODUCT,
      amount: 1,
      customIdentifier: REFERENCE,
      recipientPhone: { countryCode: 'HT', number },
    }),
  }));
}

export function operatorsPage({ token }: Asker): RequestShape[] {
  return [{ method: 'GET', path: '/operators?size=20', headers: bearer(token) }];
}

/** Whoever has the rates already asks whether they are still the same. */
export async function knownRates({ url, apiKey }: Asker & Pick<BenchServer, 'url'>): Promise<RequestShape[]> {
  const headers = bearer(apiKey);
  const etag = (await fetch(`${url}/rates`, { headers })).headers.get('etag');
  if (etag === null) throw new Error('rates come without an ETag');
  return [{ method: 'GET', path: '/rates', headers: { ...headers, 'if-none-match': etag } }];
}
