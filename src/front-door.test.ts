import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ownerOf, parseTarget, type Tenant } from './front-door.ts';

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
