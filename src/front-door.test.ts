import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createFrontDoor, ownerOf, parseTarget, type Tenant } from './front-door.ts';

const tenant = (name: string, prefixes: string[], hosts: string[] = []): Tenant => ({
  hosts,
  prefixes,
  handle: (request, response) => response.end(`${name} ${request.url}`),
});
const TENANTS = [
  tenant('reloadly', ['/topups', '/oauth'], ['topups.reloadly.com']),
  tenant('octopus', ['/api/v1/topups']),
  tenant('a1topup', ['/api/v1/recharge', '/recharge/api']),
  tenant('article', ['/recharge']),
  tenant('native', ['/v1']),
  { ...tenant('system', ['']), everywhere: ['/logos'] },
];

describe('whose request it is', () => {
  const rows: readonly (readonly [url: string, host: string, owner: number])[] = [
    ['/topups', 'localhost', 0],
    ['/topups?page=1', 'localhost', 0],
    ['/topups/12/status', 'localhost', 0],
    ['/topupsx', 'localhost', 5],
    ['/api/v1/topups/orders', 'localhost', 1],
    ['/api/v1/recharge', 'localhost', 2],
    ['/recharge', 'localhost', 3],
    ['/recharge/TX1', 'localhost', 3],
    ['/recharge/api?x=1', 'localhost', 2],
    ['/v1/orders', 'localhost', 4],
    ['/healthz', 'localhost', 5],
    ['/healthz', 'TOPUPS.reloadly.com:443', 0],
    ['/logos/173.svg?x', 'topups.reloadly.com', 5],
    ['/logosx', 'topups.reloadly.com', 0],
    ['http://topups.reloadly.com/anything', '127.0.0.1:8080', 0],
    ['https://topups.reloadly.com:443/anything?a=b', '127.0.0.1:8080', 0],
    ['http://elsewhere.example/v1', '127.0.0.1:8080', 4],
    ['http://elsewhere.example', '127.0.0.1:8080', 5],
  ];
  for (const [url, host, owner] of rows) {
    it(`${url} at ${host}`, () => assert.equal(ownerOf(TENANTS, parseTarget(url, host)), TENANTS[owner]));
  }

  it('an absolute target becomes a path with its query', () => {
    assert.deepEqual(parseTarget('http://a.example?x=1', undefined), { host: 'a.example', path: '/?x=1' });
  });
});

describe('framing', () => {
  let server: Server;
  before(async () => {
    server = createFrontDoor(TENANTS, undefined).server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());

  const rows: readonly (readonly [name: string, request: string, status: number])[] = [
    ['an absolute target', 'GET http://topups.reloadly.com/x HTTP/1.1\r\nHost: proxy\r\n\r\n', 200],
    ['two Host headers', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
    ['no Host header', 'GET / HTTP/1.1\r\n\r\n', 400],
    [
      'gzip as a transfer encoding',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'a transfer encoding with HTTP/1.0',
      'POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'length and chunks together',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd', 400],
    ['plain chunks', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 200],
  ];
  for (const [name, request, status] of rows) {
    it(`${name}: ${status}`, async () => {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.end(request.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
      let answer = '';
      for await (const chunk of socket) answer += String(chunk);
      assert.equal(Number(answer.split(' ')[1]), status, answer);
    });
  }
});
