import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { Clock } from '../../../core/time.ts';
import { CODES, type NoticeBody, signCallback } from '../wire.ts';
import { createSandboxConnector } from './sandbox-connector.ts';

const SECRET = 'a secret of the sandbox';
const NOW_MS = Date.UTC(2026, 0, 2);
const clock: Clock = { now: () => NOW_MS, elapsed: () => 0, after: () => () => undefined };
const config = { url: 'http://127.0.0.1:9/p/sandbox', callbackSecret: SECRET };

const connector = connectorOf(config);
afterEach(() => connector.close());

function connectorOf(settings: unknown) {
  return createSandboxConnector({
    clock,
    settings: { id: 'sandbox', environment: 'sandbox', connector: 'sandbox', config: settings },
  });
}

const NOTICE: NoticeBody = {
  notice: '1-100-1:1',
  reference: '1-100-1',
  status: 'delivered',
  code: CODES.delivered,
  provider_reference: 'SIM-1',
  delivered_amount: '10.01',
};

function read(options: { body?: object; secret?: string; atMs?: number; tamper?: (text: string) => string }) {
  const text = JSON.stringify(options.body ?? NOTICE);
  const headers = signCallback({
    secret: options.secret ?? SECRET,
    body: text,
    atMs: options.atMs ?? NOW_MS,
  });
  return connector.readNotice({ headers, body: Buffer.from(options.tamper?.(text) ?? text) });
}

test('a signed callback is a notice with evidence', () => {
  const notice = read({});
  assert.equal(notice?.notice, '1-100-1:1');
  assert.equal(notice?.reference, '1-100-1');
  const { rawHash, ...evidence } = notice?.evidence ?? { source: 'callback', verdict: 'unknown' };
  assert.match(rawHash ?? '', /^[0-9a-f]{64}$/);
  assert.deepEqual(evidence, {
    source: 'callback',
    verdict: 'delivered',
    code: 'DELIVERED',
    providerReference: 'SIM-1',
    deliveredAmount: 1001n,
  });
});

test('a forged, altered, old or unreadable callback is none', () => {
  assert.equal(read({ secret: 'another secret of ours' }), undefined);
  assert.equal(read({ tamper: (text) => text.replace('10.01', '99.01') }), undefined);
  assert.equal(read({ atMs: NOW_MS - 301_000 }), undefined);
  assert.equal(read({ atMs: NOW_MS + 301_000 }), undefined);
  assert.equal(read({ body: { ...NOTICE, delivered_amount: 10.01 } }), undefined);
  assert.equal(read({ body: { ...NOTICE, more: 1 } }), undefined);
  const body = Buffer.from(JSON.stringify(NOTICE));
  const signed = signCallback({ secret: SECRET, body, atMs: NOW_MS });
  for (const headers of [
    {},
    { ...signed, 'x-sandbox-signature': 'ab' },
    { ...signed, 'x-sandbox-signature': '0'.repeat(64) },
    { ...signed, 'x-sandbox-timestamp': 'now' },
  ]) {
    assert.equal(connector.readNotice({ headers, body }), undefined);
  }
  assert.ok(read({ atMs: NOW_MS - 299_000 }));
});

test('a refusal by callback needs a code of the capability record', () => {
  assert.equal(read({ body: { ...NOTICE, status: 'refused', code: 'BARRED' } })?.evidence.verdict, 'refused');
  assert.equal(read({ body: { ...NOTICE, status: 'refused', code: 'NEW' } })?.evidence.verdict, 'unmapped');
});

test('a question that could not be sent is unknown, never unsent', async () => {
  const { verdict, code } = await connectorOf(config).query('1-100-1');
  assert.deepEqual([verdict, code], ['unknown', 'CONNECTION_REFUSED']);
});

test('a wrong configuration names the provider and the field, and no value', () => {
  const rows: readonly [unknown, RegExp][] = [
    [undefined, /^provider sandbox: config must be object$/],
    [{ url: 'http://a' }, /^provider sandbox: config must have required properties callbackSecret$/],
    [{ ...config, url: 'ftp://a' }, /config\/url/],
    [{ ...config, url: 'http://' }, /no URL/],
    [{ ...config, callbackSecret: 'hush' }, /config\/callbackSecret/],
    [{ ...config, addresses: [{ endsWith: 'x', url: 'http://a' }] }, /config\/addresses\/0\/endsWith/],
    [{ ...config, extra: 1 }, /config\/extra/],
  ];
  for (const [settings, message] of rows) {
    assert.throws(() => connectorOf(settings), { message });
  }
  assert.throws(
    () => connectorOf({ ...config, callbackSecret: 'hush' }),
    (error) => !String(error).includes('hush'),
  );
});
