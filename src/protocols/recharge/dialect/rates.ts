import type { Answer, Call } from './call.ts';
import { payingCurrency } from './paying-currency.ts';

/** Prices are the account's own, so no cache in between may keep them for another. */
const CACHE_CONTROL = 'private, max-age=60';

/** `GET /rates`: 304 for whoever has the same already. */
export async function rates(call: Call): Promise<Answer> {
  const { caller, market, representation, sheets } = call;
  const currency = await payingCurrency(call);
  const { text, etag } = sheets.sheet(market, { buyer: caller, currency, representation });
  const headers = { etag, 'cache-control': CACHE_CONTROL };
  return isKnown(call.ifNoneMatch, etag) ? { status: 304, headers } : { status: 200, headers, body: text };
}

/** `If-None-Match` compares weakly (RFC 9110, 13.1.2). */
function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === '*' || tag === etag);
}
