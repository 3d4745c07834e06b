import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, test } from 'node:test';
import { later, type Moment, MovableClock, momentOf, systemClock } from '../core/time.ts';
import { createHttpClient, type HttpClient, type HttpOutcome } from './http-client.ts';

const RESPONSE_MS = 5_000;
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** A raw server: `onRequest` is called for each chunk that arrives, with its number on that connection. */
async function listen(onRequest: (socket: Socket, count: number, text: string) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    let count = 0;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => onRequest(socket, ++count, chunk.toString('latin1')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port; // it listens on a port
}

function client(options: Partial<Parameters<typeof createHttpClient>[0]> = {}): HttpClient {
  const base = {
    clock: systemClock,
    connectionsMax: 4,
    connectTimeoutMs: 500,
    responseTimeoutMs: RESPONSE_MS,
  };
  const http = createHttpClient({ ...base, ...options });
  closers.push(() => http.close());
  return http;
}

function post(
  http: HttpClient,
  url: string,
  deadline: Moment = later(momentOf(systemClock), 60_000),
): Promise<HttpOutcome> {
  return http.send({ method: 'POST', url, body: '{"a":1}' }, deadline);
}

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-a: 1\r\n\r\nok';

test('an answer is its status, headers and bytes', async () => {
  const seen: string[] = [];
  const port = await listen((socket, _, text) => {
    seen.push(text);
    socket.write(OK);
  });
  const outcome = await post(client(), `http://127.0.0.1:${port}/p/topups?q=1`);
  assert.ok(outcome.kind === 'answered');
  assert.deepEqual([outcome.status, outcome.headers['x-a'], outcome.body.toString()], [200, '1', 'ok']);
  assert.match(seen.join(''), /^POST \/p\/topups\?q=1 HTTP\/1\.1\r\n[^]*\{"a":1\}$/);
});

test('closed list: connection refused', async () => {
  const port = await listen(() => undefined);
  await closers.pop()?.();
  const outcome = await post(client(), `http://127.0.0.1:${port}/`);
  assert.deepEqual(outcome, { kind: 'unsent', code: 'CONNECTION_REFUSED' });
});

test('closed list: name not found', async () => {
  const outcome = await post(client({ connectTimeoutMs: 10_000 }), 'http://x.invalid/');
  assert.deepEqual(outcome, { kind: 'unsent', code: 'NAME_NOT_FOUND' });
});

test('closed list: TLS to a port that does not speak it', async () => {
  const port = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const outcome = await post(client(), `https://127.0.0.1:${port}/`);
  assert.deepEqual(outcome, { kind: 'unsent', code: 'TLS_FAILED' });
});

test('closed list: TLS handshake that is reset', async () => {
  const port = await listen((socket) => socket.resetAndDestroy());
  const outcome = await post(client(), `https://127.0.0.1:${port}/`);
  assert.deepEqual(outcome, { kind: 'unsent', code: 'TLS_FAILED' });
});

test('closed list: connect timeout, the TLS handshake included', async () => {
  const port = await listen(() => undefined);
  const outcome = await post(client({ connectTimeoutMs: 50 }), `https://127.0.0.1:${port}/`);
  assert.deepEqual(outcome, { kind: 'unsent', code: 'CONNECT_TIMEOUT' });
});

test('closed list: a deadline that has passed sends nothing', async () => {
  let arrived = 0;
  const port = await listen(() => arrived++);
  const outcome = await post(client(), `http://127.0.0.1:${port}/`, momentOf(systemClock));
  assert.deepEqual(outcome, { kind: 'unsent', code: 'DEADLINE_PASSED' });
  assert.equal(arrived, 0);
});

test('closed list: a request that queues when its deadline passes is never written', async () => {
  const clock = new MovableClock();
  const held: Socket[] = [];
  const arrived: string[] = [];
  const { promise: firstArrived, resolve } = Promise.withResolvers<void>();
  const port = await listen((socket, _, text) => {
    arrived.push(text.split(' ')[1] ?? '');
    if (held.push(socket) === 1) resolve();
    else socket.write(OK);
  });
  const http = client({ clock, connectionsMax: 1, responseTimeoutMs: 60_000 });
  const url = `http://127.0.0.1:${port}`;
  const first = post(http, `${url}/first`, later(momentOf(clock), 60_000));
  await firstArrived;
  const queued = post(http, `${url}/queued`, later(momentOf(clock), 3_000));
  clock.advance(3_000);
  assert.deepEqual(await queued, { kind: 'unsent', code: 'DEADLINE_PASSED' });

  held[0]?.write(OK);
  assert.equal((await first).kind, 'answered');
  assert.equal((await post(http, `${url}/third`, later(momentOf(clock), 60_000))).kind, 'answered');
  assert.deepEqual(arrived, ['/first', '/third']);
});

test('closed list: the deadline is checked in the tick of the write, not only by a timer', async () => {
  let passedMs = 0;
  const clock = { now: () => passedMs, elapsed: () => passedMs, after: () => () => undefined }; // no timer fires
  let arrived = 0;
  const port = await listen(() => arrived++);
  const sending = post(client({ clock }), `http://127.0.0.1:${port}/`, later(momentOf(clock), 1_000));
  passedMs = 1_000; // passes while the connection is being made
  assert.deepEqual(await sending, { kind: 'unsent', code: 'DEADLINE_PASSED' });
  assert.equal(arrived, 0);
});

// Found by the simulation: a clock that was set back let an instruction leave after its lease had ended.
test('closed list: neither a clock that is set back nor one that stands still stretches a deadline', async () => {
  let arrived = 0;
  const port = await listen(() => arrived++);
  for (const passed of [
    { nowMs: -10_000, elapsedMs: 1_000 },
    { nowMs: 1_000, elapsedMs: 0 },
  ]) {
    let at = { nowMs: 0, elapsedMs: 0 };
    const clock = { now: () => at.nowMs, elapsed: () => at.elapsedMs, after: () => () => undefined };
    const sending = post(client({ clock }), `http://127.0.0.1:${port}/`, later(momentOf(clock), 1_000));
    at = passed;
    assert.deepEqual(await sending, { kind: 'unsent', code: 'DEADLINE_PASSED' });
  }
  assert.equal(arrived, 0);
});

const UNKNOWN: readonly {
  readonly name: string;
  readonly answer: (socket: Socket) => void;
  readonly code: string;
}[] = [
  { name: 'closed without an answer', answer: (socket) => socket.destroy(), code: 'UND_ERR_SOCKET' },
  { name: 'reset without an answer', answer: (socket) => socket.resetAndDestroy(), code: 'ECONNRESET' },
  {
    name: 'closed after the headers',
    answer: (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n'),
    code: 'UND_ERR_SOCKET',
  },
  {
    name: 'half an answer',
    answer: (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'),
    code: 'UND_ERR_SOCKET',
  },
  { name: 'not HTTP', answer: (socket) => socket.end('nonsense\r\n\r\n'), code: 'CLIENT_ERROR' },
  {
    name: 'over 64 kB',
    answer: (socket) => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: 65537\r\n\r\n${'x'.repeat(65_537)}`),
    code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  },
];

for (const { name, answer, code } of UNKNOWN) {
  test(`unknown: ${name}`, async () => {
    const port = await listen(answer);
    assert.deepEqual(await post(client(), `http://127.0.0.1:${port}/`), { kind: 'unknown', code });
  });
}

test('unknown: no answer in time, by the given clock', async () => {
  const clock = new MovableClock();
  const port = await listen(() => clock.advance(RESPONSE_MS));
  const outcome = await post(client({ clock }), `http://127.0.0.1:${port}/`, later(momentOf(clock), 1_000));
  assert.deepEqual(outcome, { kind: 'unknown', code: 'RESPONSE_TIMEOUT' });
});

test('unknown, and not sent again: a kept connection that dies under the second request', async () => {
  let requests = 0;
  const port = await listen((socket, count) => {
    requests += 1;
    if (count === 1) socket.write(OK);
    else socket.resetAndDestroy();
  });
  const http = client({ connectionsMax: 1 });
  assert.equal((await post(http, `http://127.0.0.1:${port}/`)).kind, 'answered');
  const outcome = await post(http, `http://127.0.0.1:${port}/`);
  assert.equal(outcome.kind, 'unknown');
  assert.equal(requests, 2);
});

test('unknown: the client is closed while the answer is awaited', async () => {
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  const port = await listen(() => resolve());
  const http = client();
  const sending = post(http, `http://127.0.0.1:${port}/`);
  await arrived;
  await http.close();
  assert.equal((await sending).kind, 'unknown');
});
