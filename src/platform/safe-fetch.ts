/**
 * Asks an address that somebody else has chosen: a callback, a webhook. It must not lead to our own neighbours, so:
 * https alone; the name is resolved for every request, each of its addresses has to be public, and the connection
 * goes to one of those that were checked; no connection is kept, no redirect followed; an answer has 64 kB at most
 * (`http-client.ts`) and all of it a deadline. An address may hold secrets, so no outcome repeats it.
 */
import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { type Clock, later, momentOf } from '../core/time.ts';
import { createHttpClient, type HttpClient, type HttpRequest } from './http-client.ts';
import { isPublicAddress } from './public-address.ts';

/** `localhost`: `http://127.0.0.1` is taken too, for trying things out. */
export type TargetPolicy = 'public' | 'localhost';

export type SafeOutcome =
  | { readonly kind: 'answered'; readonly status: number; readonly body: Buffer }
  /** Nothing was answered; `code` is for logs and lists. */
  | { readonly kind: 'failed'; readonly code: string };

export interface SafeFetch {
  /** Sends once. Never throws for what the address or the other side is or does. */
  send(request: HttpRequest, policy: TargetPolicy): Promise<SafeOutcome>;
  /** Ends what is under way as failed. */
  close(): Promise<void>;
}

export interface SafeFetchOptions {
  readonly clock: Clock;
  /** The system's resolver, unless a test brings its own. */
  readonly resolve?: Resolve;
  /** Certificates to trust instead of the system's (PEM). */
  readonly trustedCa?: string;
  /** What to take for a public address, unless a test says otherwise. */
  readonly isPublic?: (address: string) => boolean;
}

/** All addresses of a name. */
export type Resolve = (
  name: string,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Name, connection and TLS. */
const CONNECT_MS_MAX = 5_000;
const ANSWER_MS_MAX = 10_000;
const LOCALHOST = '127.0.0.1';

/** Why an address is never asked: what can be read off it. Undefined: it may be. */
export function targetProblem(url: string, policy: TargetPolicy): string | undefined {
  const target = URL.parse(url);
  if (!target) return 'TARGET_UNREADABLE';
  if (target.username !== '' || target.password !== '') return 'TARGET_HAS_CREDENTIALS';
  if (policy === 'localhost' && target.protocol === 'http:' && target.hostname === LOCALHOST)
    return undefined;
  if (target.protocol !== 'https:') return 'TARGET_NOT_HTTPS';
  return isLiteral(target) && !isPublicAddress(bare(target)) ? 'TARGET_INTERNAL' : undefined;
}

export function createSafeFetch(options: SafeFetchOptions): SafeFetch {
  const { clock, resolve = resolveAll, isPublic = isPublicAddress, trustedCa } = options;
  const open = new Set<HttpClient>();
  return {
    async send(request, policy) {
      const problem = targetProblem(request.url, policy);
      if (problem !== undefined) return { kind: 'failed', code: problem };
      // One client for one request: a kept connection would go where the name led earlier.
      const client = createHttpClient({
        clock,
        connectionsMax: 1,
        connectTimeoutMs: CONNECT_MS_MAX,
        responseTimeoutMs: ANSWER_MS_MAX,
        lookup: checkedLookup(resolve, isPublic),
        ...(trustedCa === undefined ? {} : { trustedCa }),
      });
      open.add(client);
      try {
        const outcome = await client.send(request, later(momentOf(clock), CONNECT_MS_MAX));
        return outcome.kind === 'answered' ? outcome : { kind: 'failed', code: outcome.code };
      } finally {
        open.delete(client);
        await client.close();
      }
    },
    close: async () => {
      await Promise.all([...open].map((client) => client.close()));
    },
  };
}

/** Answers a connection that asks for a name; literal addresses are never looked up and were checked before. */
function checkedLookup(resolve: Resolve, isPublic: (address: string) => boolean): LookupFunction {
  return (name, { all }, done) =>
    resolve(name, (error, addresses) => {
      const [first] = addresses;
      if (error) return done(error, '');
      // One that is internal condemns the name: whoever answers may turn it around at any time.
      if (!first || !addresses.every(({ address }) => isPublic(address)))
        return done(new InternalTarget(), '');
      return all ? done(null, addresses) : done(null, first.address, first.family);
    });
}

const resolveAll: Resolve = (name, done) =>
  lookup(name, { all: true }, (error, found) => done(error, found ?? []));

class InternalTarget extends Error {
  override readonly name = 'InternalTarget';
  readonly code = 'TARGET_INTERNAL';
  /** What failed is the look-up: nothing was connected to. */
  readonly syscall = 'getaddrinfo';
}

function isLiteral(target: URL): boolean {
  return isIP(bare(target)) !== 0;
}

/** IPv6 without its brackets. */
function bare({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
