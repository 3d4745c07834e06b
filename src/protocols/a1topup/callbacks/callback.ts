/** What a status callback says and when it is said again. Pure. */
import type { WireAnswer } from '../wire.ts';

/** How a recharge has ended, or that it was taken back after its success. Each is told once. */
export type CallbackOutcome = 'success' | 'failure' | 'reversal';

/** After each failed try; after the last one nobody is told any more. */
const RETRY_AFTER_SECONDS: readonly number[] = [10, 60, 300, 1_800, 7_200];

/** Undefined: there was the last try. `tries` counts those that were made. */
export function retryAfterSeconds(tries: number): number | undefined {
  return RETRY_AFTER_SECONDS[tries - 1];
}

/** What a client is told, in this order. A PIN is not among them: addresses end up in logs. */
const PARAMETERS = [
  'txid',
  'status',
  'opid',
  'number',
  'amount',
  'orderid',
] as const satisfies readonly (keyof WireAnswer)[];

/** The client's address with the parameters of the answer; those of its own stay, but for the same names. */
export function callbackUrl(address: string, answer: WireAnswer): string {
  const url = new URL(address);
  for (const name of PARAMETERS) url.searchParams.set(name, answer[name]);
  url.hash = '';
  return url.href;
}

/** Undefined where the client has taken it. */
export function failureOf(
  outcome:
    | { readonly kind: 'answered'; readonly status: number }
    | { readonly kind: 'failed'; readonly code: string },
): string | undefined {
  if (outcome.kind === 'failed') return outcome.code;
  return outcome.status >= 200 && outcome.status < 300 ? undefined : `HTTP_${outcome.status}`;
}
