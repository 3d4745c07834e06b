/**
 * One listener for every API. Whose request it is: by a prefix that is owned at every host, by the host where an API
 * claims one, else by the longest path prefix that it owns. Whoever owns the request also answers its errors.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { remember } from './core/remember.ts';

export interface Tenant {
  /** Hosts that clients of this API send, in lower case without port. */
  readonly hosts: readonly string[];
  /** Path prefixes that it owns; `''` is everything that nobody else owns. */
  readonly prefixes: readonly string[];
  /** Path prefixes that it owns at every host: pictures stand at the host that an answer came from. */
  readonly everywhere?: readonly string[];
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
}

export interface TlsSettings {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly clientCa?: Buffer;
}

/** Slow clients, in milliseconds: headers and whole requests must arrive in this time. */
const PATIENCE = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  /** Node looks every 30 s, unless told: then the headers might take 40. */
  connectionsCheckingInterval: 1_000,
} as const;
export type Patience = { readonly [Name in keyof typeof PATIENCE]: number };
const TLS_CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

export interface FrontDoor {
  readonly server: Server;
  /** Requests that have no whole answer yet. */
  open(): number;
}

/** `tenants` may be filled later: until then every request is told to come back. */
export function createFrontDoor(
  tenants: readonly Tenant[],
  tls: TlsSettings | undefined,
  patience: Patience = PATIENCE,
): FrontDoor {
  // A number, and no set of them: the table of a set that churns keeps what it once held from the young collector.
  let open = 0;
  const onClose = () => {
    open -= 1;
  };
  const unreadable = new WeakSet<Socket>();
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    // Behind a request whose end is in doubt nothing is a request: it may be a part of that one.
    if (unreadable.has(request.socket)) return;
    open += 1;
    response.on('close', onClose);
    const problem = framingProblem(request);
    if (problem) {
      unreadable.add(request.socket);
      response.writeHead(400, { 'content-type': 'application/problem+json', connection: 'close' });
      response.end(
        JSON.stringify({ type: 'about:blank', title: 'Bad Request', status: 400, detail: problem }),
      );
      return;
    }
    if (tenants.length === 0) {
      response.writeHead(503, { 'retry-after': '1', connection: 'close' }).end();
      return;
    }
    const target = parseTarget(request.url ?? '/', request.headers.host);
    request.url = target.path;
    ownerOf(tenants, target).handle(request, response);
  };
  if (!tls) return { server: createServer(patience, onRequest), open: () => open };
  const { cert, key, clientCa } = tls;
  const server = createTlsServer(
    {
      ...patience,
      cert,
      key,
      minVersion: 'TLSv1.2',
      ciphers: TLS_CIPHERS,
      ...(clientCa ? { ca: clientCa, requestCert: true, rejectUnauthorized: true } : {}),
    },
    onRequest,
  );
  return { server, open: () => open };
}

export interface Target {
  readonly host: string;
  readonly path: string;
}

/** Reads origin-form and absolute-form targets: a client behind a proxy setting sends the latter. */
export function parseTarget(url: string, hostHeader: string | undefined): Target {
  const absolute = url.startsWith('/') ? null : /^https?:\/\/([^/?#]*)(.*)$/i.exec(url);
  const host = hostOf(absolute?.[1] ?? hostHeader ?? '');
  const path = absolute ? (absolute[2] ?? '') : url;
  return { host, path: path.startsWith('/') ? path : `/${path}` };
}

/** In small letters, without its port. Clients of a server name it in few ways. */
const hostOf = remember((authority) => authority.toLowerCase().replace(/:\d+$/, ''), 100);

export function ownerOf(tenants: readonly Tenant[], target: Target): Tenant {
  const end = target.path.search(/[?#]/);
  const path = end < 0 ? target.path : target.path.slice(0, end);
  const anywhere = tenants.find(({ everywhere = [] }) =>
    everywhere.some((prefix) => path !== prefix && isUnder(path, prefix)),
  );
  if (anywhere) return anywhere;
  const byHost = tenants.find((tenant) => tenant.hosts.includes(target.host));
  if (byHost) return byHost;
  let best: { tenant: Tenant; length: number } | undefined;
  for (const tenant of tenants) {
    for (const prefix of tenant.prefixes) {
      if (isUnder(path, prefix) && (best === undefined || prefix.length > best.length))
        best = { tenant, length: prefix.length };
    }
  }
  if (!best) throw new Error('some tenant must own the empty prefix');
  return best.tenant;
}

/** The path itself, or one below it; everything is below `''`. */
function isUnder(path: string, prefix: string): boolean {
  return (
    path.startsWith(prefix) && (prefix === '' || path.length === prefix.length || path[prefix.length] === '/')
  );
}

/** How often a header stands there. `name` in small letters. */
function count({ rawHeaders }: IncomingMessage, name: string): number {
  let found = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const given = rawHeaders[index] as string; // names and values take turns
    if (given.length === name.length && given.toLowerCase() === name) found += 1;
  }
  return found;
}

/** What Node's parser lets through and we do not: it must be plain which request this is and where it ends. */
function framingProblem(request: IncomingMessage): string | undefined {
  if (count(request, 'host') > 1) return 'There is more than one Host header.';
  if (request.httpVersion !== '1.1' && request.httpVersion !== '1.0')
    return 'The only versions taken are HTTP/1.1 and HTTP/1.0.';
  const encoding = request.headers['transfer-encoding'];
  if (encoding === undefined) return undefined;
  if (encoding.toLowerCase() !== 'chunked') return 'The only transfer encoding taken is chunked.';
  if (request.httpVersion === '1.0') return 'HTTP/1.0 has no transfer encoding.';
  if (count(request, 'content-length') > 0) return 'A request has a length or is chunked, not both.';
  return undefined;
}
