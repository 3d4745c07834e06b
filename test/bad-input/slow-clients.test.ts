/** Clients that take their time: whoever does not get to the end of its request is closed, and others are served. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createFrontDoor, type Tenant } from '../../src/front-door.ts';

const SLOW_CLIENTS = 100;
/** As in the product, but for the scale. */
const PATIENCE = {
  headersTimeout: 200,
  requestTimeout: 600,
  keepAliveTimeout: 200,
  connectionsCheckingInterval: 50,
};

describe('slow clients', () => {
  let server: Server;
  let port: number;
  const served: string[] = [];
  before(async () => {
    const tenant: Tenant = {
      hosts: [],
      prefixes: [''],
      handle: (request, response) => {
        served.push(request.url ?? '');
        request.resume();
        response.end('served');
      },
    };
    const waits = { ...tenant, prefixes: ['/waits'], handle: () => undefined };
    server = createFrontDoor([tenant, waits], undefined, PATIENCE).server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo); // it listens on a port
  });
  after(() => server.close());

  /** Sends a piece now and then until it is closed; tells what came back. */
  const drip = (first: string, piece: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      let answer = '';
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      socket.on('error', () => socket.destroy());
      socket.write(first);
      const timer = setInterval(() => socket.write(piece), 20);
      socket.once('close', () => {
        clearInterval(timer);
        resolve(answer);
      });
    });

  it('are closed while their headers drip in, all of them, and others are served meanwhile', async () => {
    const slow = Array.from({ length: SLOW_CLIENTS }, () =>
      drip('GET /slow HTTP/1.1\r\nHost: a\r\n', 'X: y\r\n'),
    );
    const others = await Promise.all(
      Array.from({ length: 20 }, async () => (await fetch(`http://127.0.0.1:${port}/other`)).text()),
    );
    assert.deepEqual(new Set(others), new Set(['served']));
    for (const answer of await Promise.all(slow)) assert.match(answer, /^(HTTP\/1\.1 408 |$)/);
    assert.ok(!served.includes('/slow'));
  });

  it('are closed while their body drips in', async () => {
    const answer = await drip('POST /waits HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\n', 'x');
    assert.match(answer, /^(HTTP\/1\.1 408 |$)/);
  });

  it('are closed while they say nothing at all', async () => {
    assert.match(await drip('', ''), /^(HTTP\/1\.1 408 |$)/);
  });
});
