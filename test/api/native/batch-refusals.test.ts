/** What is refused of a file: all of it, or its rows one by one. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually, startApp, type TestApp } from '../../harness/app.ts';
import { CSV, completed, holdNextBatch, keyed, lines, NDJSON, results, row, upload } from './batch-kit.ts';
import { type Ask, anotherAccount, nativeClient } from './native-client.ts';

describe('batches', () => {
  let app: TestApp;
  let ask: Ask;
  before(async () => {
    app = await startApp();
    ask = nativeClient(app);
  });
  after(() => app.close());

  describe('refusals of the whole file', () => {
    const refusals: readonly (readonly [
      name: string,
      raw: string,
      headers: Record<string, string>,
      code: string,
    ])[] = [
      ['no key', lines(row('x')), NDJSON, 'invalid_request'],
      ['no rows', '\n\n', keyed(NDJSON), 'invalid_request'],
      ['no body', '', keyed(CSV), 'invalid_request'],
      ['JSON', '{}', keyed({ 'content-type': 'application/json' }), 'unsupported_media_type'],
      [
        'an unknown column',
        'reference,recipient,amount,currency,product,color\n',
        keyed(CSV),
        'invalid_request',
      ],
      [
        'a column twice',
        'reference,recipient,amount,currency,product,product\n',
        keyed(CSV),
        'invalid_request',
      ],
      ['no product', 'reference,recipient,amount,currency\n', keyed(CSV), 'invalid_request'],
      ['no header', 'a-1,+50936377111,1.00,USD,173\n', keyed(CSV), 'invalid_request'],
    ];
    for (const [name, raw, headers, code] of refusals) {
      test(name, async () => {
        const answer = await upload(ask, raw, headers);
        assert.equal(answer.body.code, code, answer.text);
        assert.deepEqual(await app.rows("select 1 from batches where state = 'receiving'"), []);
      });
    }

    test('regression: neither a body nor its type', async () => {
      const answer = await ask('POST', '/v1/batches', { headers: keyed({}) });
      assert.deepEqual([answer.status, answer.body.code], [400, 'invalid_request']);
    });

    test('credentials that may not place orders', async () => {
      const { ask: reader } = await anotherAccount(app, { scopes: ['orders:read'] });
      const answer = await reader('POST', '/v1/batches', { raw: lines(row('x')), headers: keyed(NDJSON) });
      assert.deepEqual([answer.status, answer.body.code], [403, 'forbidden']);
    });
  });

  test('naughty rows are refused one by one, and what follows them is read', async () => {
    const naughty = [
      'null',
      '[]',
      '"text"',
      '{',
      `{"reference": "${'x'.repeat(9_000)}"}`,
      '{"reference":"\\u0000"}',
      JSON.stringify(row('n\u007f')),
      JSON.stringify(row('x'.repeat(129))),
      JSON.stringify(row('naughty', { amount: { value: 1, currency: 'USD' } })),
      JSON.stringify(row('naughty', { recipient: {} })),
      JSON.stringify(row('naughty', { recipient: { phone: '+50936377111', email: 'a@b.example' } })),
      '{"__proto__": {"reference": "a"}, "constructor": 1}',
    ];
    const answer = await upload(ask, lines(...naughty, row('naughty-last')));
    const batch = await completed(ask, answer.body.id);
    assert.deepEqual([batch.progress.refused, batch.progress.placed], [naughty.length, 1]);
    for (const { message } of (await results(ask, batch.id)).slice(0, -1))
      assert.doesNotMatch(message, /50936377111|xxxx|naughty/, 'messages hold nothing of the client’s');

    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from(lines(row('naughty-utf-8')))]);
    const response = await fetch(`${app.url}/v1/batches`, {
      method: 'POST',
      headers: { ...keyed(NDJSON), authorization: `Bearer ${app.credentials.apiKey}` },
      body: bytes,
    });
    const { id } = (await response.json()) as { id: string };
    await completed(ask, id);
    const [garbage, good] = await results(ask, id);
    assert.deepEqual([garbage.code, good.outcome], ['malformed_request', 'placed']);
  });

  test('rows of a client that was revoked since are refused', async () => {
    const { ask: own, accountId } = await anotherAccount(app, { cents: 1_000n });
    const held = await holdNextBatch(app);
    const { body } = await own('POST', '/v1/batches', {
      raw: lines(row('revoked-1')),
      headers: keyed(NDJSON),
    });
    await app.rows('update clients set revoked_at = toprail.now() where account_id = $1', [accountId]);
    app.app.services.clients.forget();
    await held.release(body.id);
    await eventually(async () => {
      const [found] = await app.rows('select code from batch_rows where account_id = $1', [accountId]);
      assert.equal(found?.['code'], 'invalid_credentials');
    });
  });
});
