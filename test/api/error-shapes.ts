/** What an error of each API is, and of no other. */

type Body = Readonly<Record<string, unknown>>;

const has = (value: unknown, ...names: readonly string[]) =>
  typeof value === 'object' && value !== null && Object.keys(value).sort().join() === names.toSorted().join();

const SHAPES = {
  native: (body, type) =>
    type === 'application/problem+json' &&
    ['type', 'title', 'status', 'code'].every((name) => name in body) &&
    String(body['type']).startsWith('urn:toprail:error:'),
  reloadly: (body) =>
    has(body, 'timeStamp', 'message', 'path', 'errorCode', 'infoLink', 'details') ||
    has(body, 'timeStamp', 'message', 'path', 'status', 'error'),
  octopus: (body) => has(body, 'error') && has(body['error'], 'name', 'code', 'message'),
  a1topup: (body) =>
    (has(body, 'status', 'error_code', 'message') && body['status'] === 'error') ||
    (has(body, 'txid', 'status', 'opid', 'number', 'amount', 'orderid') && body['txid'] === '0'),
  recharge: (body) => has(body, 'error') && has(body['error'], 'code', 'message', 'details'),
} as const satisfies Record<string, (body: Body, type: string) => boolean>;

export type ErrorShape = keyof typeof SHAPES;

/** Whose errors look so. */
export function shapesOf(body: unknown, contentType: string | null): readonly ErrorShape[] {
  const type = contentType?.split(';')[0] ?? '';
  const seen: Body = typeof body === 'object' && body !== null ? { ...body } : {};
  return Object.entries(SHAPES).flatMap(([name, fits]) => (fits(seen, type) ? [name as ErrorShape] : []));
}
