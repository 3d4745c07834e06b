import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseUrlOf } from './base-url.ts';

const HTTPS = ['topups.reloadly.com'];
const ROWS: [host: string, protocol: string, url: string][] = [
  ['Switch.example:8080', 'http', 'http://switch.example:8080'],
  ['[::1]:8080', 'http', 'http://[::1]:8080'],
  ['switch.example', 'https', 'https://switch.example'],
  ['topups.reloadly.com:80', 'http', 'https://topups.reloadly.com:80'],
  ['', 'http', ''],
  ['a/b', 'http', ''],
  ['a"><script>', 'http', ''],
];
for (const [host, protocol, url] of ROWS) {
  test(`${protocol} to ${host || 'no host'} is ${url || 'nowhere'}`, () => {
    assert.equal(baseUrlOf({ host, protocol } as Parameters<typeof baseUrlOf>[0], HTTPS), url);
  });
}
