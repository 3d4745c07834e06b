import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import { MovableClock } from '../core/time.ts';
import { createSafeFetch, type Resolve, type SafeOutcome, targetProblem } from './safe-fetch.ts';

const NAME = 'hooks.example.test';
/** Made for this test and good for nothing else: self-signed for NAME, until 2126. */
const CERT = `-----BEGIN CERTIFICATE-----
MIIBrzCCAVagAwIBAgIUOFDrSMM/bw2siJm/PgfJ+QPDHN0wCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSaG9va3MuZXhhbXBsZS50ZXN0MCAXDTI2MTEyMjAzMTgwNVoY
DzIxMjYxMDI5MDMxODA1WjAdMRswGQYDVQQDDBJob29rcy5leGFtcGxlLnRlc3Qw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQgZdd6Aua3jNZ7YLOd6tYO5ml45hs7
66GCL7fqsOs/jeBQ2of/Pfb+BfQkaYQGtgAnUZ0QVxX1YK5iCph5vUhmo3IwcDAd
BgNVHQ4EFgQUHMG981ZxlaASZ8rVOIpsE9dliVswHwYDVR0jBBgwFoAUHMG981Zx
laASZ8rVOIpsE9dliVswDwYDVR0TAQH/BAUwAwEB/zAdBgNVHREEFjAUghJob29r
cy5leGFtcGxlLnRlc3QwCgYIKoZIzj0EAwIDRwAwRAIgQRKOYRv5vpZd71sfK/g/
MJthGEbwESEWXtW8r5x/L0YCIAh1qMqbQ/E948xLlRHNdvGTlfEteO0oJCCNlya4
Gh+L
-----END CERTIFICATE-----`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBu2jKgW7Ob0dy+vM
zFelex3uoEmvYludcMMzqVGpYdahRANCAAQgZdd6Aua3jNZ7YLOd6tYO5ml45hs7
66GCL7fqsOs/jeBQ2of/Pfb+BfQkaYQGtgAnUZ0QVxX1YK5iCph5vUhm
-----END PRIVATE KEY-----`;
const ANSWER_BYTES_MAX = 64 * 1024;

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function listen(onRequest: RequestListener, protocol: 'http' | 'https' = 'https'): Promise<number> {
  const server =
    protocol === 'https' ? createTlsServer({ cert: CERT, key: KEY }, onRequest) : createServer(onRequest);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port; // it listens on a port
}

const v4 = (address: string): LookupAddress => ({ address, family: 4 });

/** Every name leads to `addresses`, the next time to the next. */
function leadsTo(...addresses: readonly LookupAddress[][]): Resolve & { asked: string[] } {
  const asked: string[] = [];
  const resolve: Resolve = (name, done) => {
    asked.push(name);
    const found = addresses[Math.min(asked.length, addresses.length) - 1] ?? [];
    setImmediate(() => done(null, found));
  };
  return Object.assign(resolve, { asked });
}

function fetcher(options: Partial<Parameters<typeof createSafeFetch>[0]> = {}) {
  const clock = new MovableClock();
  const safe = createSafeFetch({ clock, trustedCa: CERT, ...options });
  closers.push(() => safe.close());
  const get = (url: string): Promise<SafeOutcome> => safe.send({ method: 'GET', url }, 'public');
  return { clock, safe, get };
}

const anywhere = () => true;

test('what can be read off an address', () => {
  const rows: [url: string, problem: string | undefined, atHome: string | undefined][] = [
    ['https://hooks.example.test/a?b=c', undefined, undefined],
    ['https://1.1.1.1:8443/', undefined, undefined],
    ['https://[2606:4700::1111]/', undefined, undefined],
    ['http://hooks.example.test/', 'TARGET_NOT_HTTPS', 'TARGET_NOT_HTTPS'],
    ['http://127.0.0.1:9000/', 'TARGET_NOT_HTTPS', undefined],
    ['http://127.0.0.1.example.test/', 'TARGET_NOT_HTTPS', 'TARGET_NOT_HTTPS'],
    ['http://127.0.0.2/', 'TARGET_NOT_HTTPS', 'TARGET_NOT_HTTPS'],
    ['https://127.0.0.1/', 'TARGET_INTERNAL', 'TARGET_INTERNAL'],
    ['https://2130706433/', 'TARGET_INTERNAL', 'TARGET_INTERNAL'],
    ['https://0x7f.1/', 'TARGET_INTERNAL', 'TARGET_INTERNAL'],
    ['https://169.254.169.254/latest', 'TARGET_INTERNAL', 'TARGET_INTERNAL'],
    ['https://[::1]/', 'TARGET_INTERNAL', 'TARGET_INTERNAL'],
    ['https://[::ffff:10.0.0.1]/', 'TARGET_INTERNAL', 'TARGET_INTERNAL'],
    ['https://user:word@hooks.example.test/', 'TARGET_HAS_CREDENTIALS', 'TARGET_HAS_CREDENTIALS'],
    ['ftp://hooks.example.test/', 'TARGET_NOT_HTTPS', 'TARGET_NOT_HTTPS'],
    ['hooks.example.test', 'TARGET_UNREADABLE', 'TARGET_UNREADABLE'],
  ];
  for (const [url, problem, atHome] of rows) {
    assert.equal(targetProblem(url, 'public'), problem, url);
    assert.equal(targetProblem(url, 'localhost'), atHome, url);
  }
});

test('a name is resolved for each request, and the connection goes to the address that was checked', async () => {
  const seen: (string | undefined)[] = [];
  const port = await listen((request, response) => {
    seen.push(request.headers.host, request.url);
    response.end('ok');
  });
  const resolve = leadsTo([v4('127.0.0.1')]);
  const checked: string[] = [];
  const isPublic = (address: string) => checked.push(address) > 0;
  const { get } = fetcher({ resolve, isPublic });
  for (const expected of [1, 2]) {
    const outcome = await get(`https://${NAME}:${port}/a?b=c`);
    assert.ok(outcome.kind === 'answered', JSON.stringify(outcome));
    assert.deepEqual([outcome.status, outcome.body.toString()], [200, 'ok']);
    assert.equal(resolve.asked.length, expected);
  }
  assert.deepEqual(checked, ['127.0.0.1', '127.0.0.1']);
  assert.deepEqual(seen.slice(0, 2), [`${NAME}:${port}`, '/a?b=c']);
});

test('one internal address condemns the name, first or last, and also when it turns up later', async () => {
  let reached = 0;
  const port = await listen((_request, response) => {
    reached += 1;
    response.end();
  });
  const internal = { kind: 'failed', code: 'TARGET_INTERNAL' };
  for (const addresses of [
    [v4('127.0.0.1')],
    [v4('1.1.1.1'), v4('10.0.0.1')],
    [{ address: '::1', family: 6 }, v4('1.1.1.1')],
    [],
  ])
    assert.deepEqual(
      await fetcher({ resolve: leadsTo(addresses) }).get(`https://${NAME}:${port}/`),
      internal,
    );
  assert.equal(reached, 0);

  const turning = leadsTo([v4('127.0.0.1')], [v4('169.254.169.254')]);
  const isPublic = (address: string) => address === '127.0.0.1';
  const { get } = fetcher({ resolve: turning, isPublic });
  assert.equal((await get(`https://${NAME}:${port}/`)).kind, 'answered');
  assert.deepEqual(await get(`https://${NAME}:${port}/`), internal);
  assert.equal(reached, 1);
});

test('a redirect is an answer and is not followed', async () => {
  let reached = 0;
  const port = await listen((_request, response) => {
    reached += 1;
    response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
  });
  const { get } = fetcher({ resolve: leadsTo([v4('127.0.0.1')]), isPublic: anywhere });
  const outcome = await get(`https://${NAME}:${port}/`);
  assert.ok(outcome.kind === 'answered');
  assert.deepEqual([outcome.status, reached], [302, 1]);
});

test('an answer of more than 64 kB is none', async () => {
  const port = await listen((request, response) => {
    response.end(Buffer.alloc(ANSWER_BYTES_MAX + (request.url === '/much' ? 1 : 0)));
  });
  const { get } = fetcher({ resolve: leadsTo([v4('127.0.0.1')]), isPublic: anywhere });
  const whole = await get(`https://${NAME}:${port}/`);
  assert.ok(whole.kind === 'answered');
  assert.equal(whole.body.length, ANSWER_BYTES_MAX);
  assert.equal((await get(`https://${NAME}:${port}/much`)).kind, 'failed');
});

test('silence ends by the clock, and by closing', async () => {
  let arrived = () => {};
  const port = await listen(() => arrived());
  const { clock, safe, get } = fetcher({ resolve: leadsTo([v4('127.0.0.1')]), isPublic: anywhere });
  /** The outcome of a request that has arrived. */
  const ask = async () => {
    const isThere = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const outcome = get(`https://${NAME}:${port}/`);
    await isThere;
    return { outcome };
  };
  const slow = await ask();
  clock.advance(15_000);
  assert.deepEqual(await slow.outcome, { kind: 'failed', code: 'RESPONSE_TIMEOUT' });
  const ended = await ask();
  await safe.close();
  assert.equal((await ended.outcome).kind, 'failed');
});

test('a name server that never answers, and one that knows no such name', async () => {
  const silent = fetcher({ resolve: () => silent.clock.advance(6_000) });
  assert.deepEqual(await silent.get(`https://${NAME}/`), { kind: 'failed', code: 'DEADLINE_PASSED' });
  const unknown: Resolve = (_name, done) =>
    done(Object.assign(new Error('no'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }), []);
  const outcome = await fetcher({ resolve: unknown }).get(`https://${NAME}/`);
  assert.deepEqual(outcome, { kind: 'failed', code: 'NAME_NOT_FOUND' });
});

test('http://127.0.0.1 is taken where the policy says so', async () => {
  const port = await listen((_request, response) => void response.end('home'), 'http');
  const { safe, get } = fetcher();
  const url = `http://127.0.0.1:${port}/`;
  assert.deepEqual(await get(url), { kind: 'failed', code: 'TARGET_NOT_HTTPS' });
  assert.equal((await safe.send({ method: 'GET', url }, 'localhost')).kind, 'answered');
});

test('who shows no certificate for the name is not told anything', async () => {
  let reached = 0;
  const port = await listen(() => void (reached += 1));
  const resolve = leadsTo([v4('127.0.0.1')]);
  const { get } = fetcher({ resolve, isPublic: anywhere });
  assert.deepEqual(await get(`https://other.example.test:${port}/`), { kind: 'failed', code: 'TLS_FAILED' });
  assert.equal(reached, 0);
});
