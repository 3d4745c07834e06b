/** Bulk orders by the file: each row is placed once, or refused by itself. */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { eventually, startApp, type TestApp } from '../../harness/app.ts';
import { completed, holdNextBatch, keyed, lines, NDJSON, results, row, upload } from './batch-kit.ts';
import { type Ask, anotherAccount, nativeClient } from './native-client.ts';

describe('batches', () => {
  let app: TestApp;
  let ask: Ask;
  before(async () => {
    app = await startApp();
    ask = nativeClient(app);
  });
  after(() => app.close());

  test('each row becomes an order or a refusal of its own', async () => {
    const answer = await upload(
      ask,
      lines(
        row('first-1'),
        row('first-2', {
          product: undefined,
          operator: 173,
          amount: { value: '500', currency: 'HTG' },
          pay_with: 'USD',
        }),
        '',
        row('first-3', { recipient: { phone: '+50936379001' } }),
        row('first-4', { product: 999_999 }),
        row('first-5', { recipient: { phone: '+1' } }),
        '{"reference": "first-6", "reference": "again"}',
        row('first-7', { colour: 'red' }),
        row('first-8', { amount: { value: '1.00', currency: 'EUR' } }),
        row('first-9', { product: undefined }),
      ),
    );
    assert.equal(answer.status, 202);
    assert.equal(answer.headers.get('location'), `/v1/batches/${answer.body.id}`);
    assert.equal(answer.body.rows, 9);
    const batch = await completed(ask, answer.body.id);
    assert.equal(batch.state, 'completed');
    assert.deepEqual(batch.progress, {
      waiting: 0,
      placed: 3,
      replayed: 0,
      refused: 6,
      cancelled: 0,
      orders: { in_progress: 0, delivered: 2, failed: 1 },
    });
    const data = await results(ask, batch.id);
    assert.deepEqual(
      data.map((one: Record<string, unknown>) => [
        one['line'],
        one['reference'],
        one['outcome'],
        one['status'],
        one['code'],
      ]),
      [
        [1, 'first-1', 'placed', 'delivered', null],
        [2, 'first-2', 'placed', 'delivered', null],
        [4, 'first-3', 'placed', 'failed', 'recipient_invalid'],
        [5, 'first-4', 'refused', null, 'product_not_found'],
        [6, 'first-5', 'refused', null, 'invalid_recipient'],
        [7, null, 'refused', null, 'malformed_request'],
        [8, 'first-7', 'refused', null, 'invalid_request'],
        [9, 'first-8', 'refused', null, 'wallet_not_found'],
        [10, 'first-9', 'refused', null, 'invalid_request'],
      ],
    );
    const { body: order } = await ask('GET', `/v1/orders/${data[0].order}`);
    assert.deepEqual([order.reference, order.dialect, order.status], ['first-1', 'native', 'delivered']);
    const { body: second } = await ask('GET', `/v1/orders/${data[1].order}`);
    assert.deepEqual(second.receive, { value: '500.00', currency: 'HTG' });
    const kept = await app.rows('select 1 from batch_rows where request_sealed is not null');
    assert.deepEqual(kept, [], 'what was asked is kept in orders only');
  });

  test('CSV with quotes, line breaks inside them, a byte order mark and our own apostrophes', async () => {
    const file = [
      '\ufeffreference,recipient,amount,currency,operator,pay_with,minimum_delivered,minimum_delivered_currency',
      'csv-1,+50936377111,1.00,USD,173,,,',
      '"csv ""2""\r\nof two lines",\'+50936377112,1.00,USD,173,,,',
      "'=csv-3,+50936377113,500.00,HTG,173,USD,1.00,HTG",
      'csv-4,+50936377111,1.00,USD',
      'csv-5,+50936377111,1.00,USD,"173,,,',
    ].join('\r\n');
    const answer = await upload(ask, file, keyed({ 'content-type': 'text/csv; charset=utf-8' }));
    assert.equal(answer.status, 202, answer.text);
    const batch = await completed(ask, answer.body.id);
    assert.deepEqual(
      (await results(ask, batch.id)).map((one: Record<string, unknown>) => [
        one['line'],
        one['reference'],
        one['outcome'],
        one['code'],
      ]),
      [
        [2, 'csv-1', 'placed', null],
        [3, null, 'refused', 'invalid_request'], // a reference has no control characters
        [5, '=csv-3', 'placed', null],
        [6, null, 'refused', 'malformed_request'],
        [7, null, 'refused', 'malformed_request'],
      ],
    );
  });

  test('a file of results holds every row, in the type that was asked for', async () => {
    const count = 1_203;
    const { ask: poor, accountId } = await anotherAccount(app, { cents: 1_000n });
    assert.ok(accountId);
    const { body } = await poor('POST', '/v1/batches', {
      raw: lines(...Array.from({ length: count }, (_, n) => row(`=file-${n}`))),
      headers: keyed(NDJSON),
    });
    const batch = await completed(poor, body.id);
    const { placed, refused } = batch.progress;
    assert.equal(placed + refused, count);
    assert.ok(placed >= 10 && placed < 20, `${placed} rows are paid by ten dollars`);
    const csv = await poor('GET', `/v1/batches/${batch.id}/results`, { headers: { accept: 'text/csv' } });
    const csvLines = csv.text.split('\r\n');
    assert.equal(csvLines.length, count + 2);
    assert.equal(csvLines[0], 'line,reference,outcome,order,status,code,message');
    // Rows are placed side by side: which of them the money pays for is not a matter of their lines.
    const placedLine = /^\d+,'=file-\d+,placed,ord_\d+,delivered,,$/;
    const refusedLine =
      /^\d+,'=file-\d+,refused,,,insufficient_balance,The wallet cannot pay for this order\.$/;
    assert.equal(csvLines.filter((line) => placedLine.test(line)).length, placed);
    assert.equal(csvLines.filter((line) => refusedLine.test(line)).length, refused);
    const ndjson = await poor('GET', `/v1/batches/${batch.id}/results`, {
      headers: { accept: 'application/x-ndjson' },
    });
    const rows = ndjson.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(rows.length, count);
    const paged: unknown[] = [];
    let path: string | null = `/v1/batches/${batch.id}/results?limit=200`;
    while (path !== null) {
      const page = await poor('GET', path);
      paged.push(...page.body.data);
      path = page.body.next && `/v1/batches/${batch.id}/results?limit=200&after=${page.body.next}`;
    }
    assert.deepEqual(paged, rows);
    const other = await ask('GET', `/v1/batches/${batch.id}/results`, { headers: { accept: 'image/png' } });
    assert.equal(other.body.code, 'not_acceptable');
  });

  test('the same key and bytes are the same batch; other bytes are refused', async () => {
    const headers = keyed(NDJSON);
    const first = await upload(ask, lines(row('same-1')), headers);
    const again = await upload(ask, lines(row('same-1')), headers);
    assert.deepEqual([first.status, again.status], [202, 200]);
    assert.equal(again.body.id, first.body.id);
    assert.equal(again.headers.get('idempotency-replayed'), 'true');
    const other = await upload(ask, lines(row('same-2')), headers);
    assert.deepEqual([other.status, other.body.code], [422, 'reference_reused']);
    await completed(ask, first.body.id);
  });

  test('a reference stands for one order, within a file, over files and over the API', async () => {
    const single = await ask('POST', '/v1/orders', { body: row('once-1') });
    assert.equal(single.status, 201);
    const answer = await upload(
      ask,
      lines(
        row('once-1'),
        row('once-1', { amount: { value: '2.00', currency: 'USD' } }),
        row('once-2'),
        row('once-2'),
      ),
    );
    const { id } = await completed(ask, answer.body.id);
    const [standing, other, ...twins] = await results(ask, id);
    assert.deepEqual([standing.outcome, standing.order], ['replayed', single.body.id]);
    assert.deepEqual([other.outcome, other.code], ['refused', 'reference_reused']);
    assert.deepEqual(twins.map(({ outcome }: { outcome: string }) => outcome).sort(), ['placed', 'replayed']);
    assert.equal(twins[0].order, twins[1].order);
    const repeated = await ask('POST', '/v1/orders', { body: row('once-2') });
    assert.deepEqual([repeated.status, repeated.body.id], [200, twins[0].order]);
  });

  test('cancelled before its rows were placed, it places none of them', async () => {
    const held = await holdNextBatch(app);
    const { body } = await upload(ask, lines(row('cancel-1'), row('cancel-2')));
    const first = await ask('POST', `/v1/batches/${body.id}/cancel`);
    const again = await ask('POST', `/v1/batches/${body.id}/cancel`);
    assert.deepEqual([first.status, first.body.state, again.body.state], [200, 'cancelled', 'cancelled']);
    await held.release(body.id);
    const batch = await completed(ask, body.id);
    assert.equal(batch.state, 'cancelled');
    assert.deepEqual([batch.progress.cancelled, batch.progress.placed], [2, 0]);
    assert.deepEqual(
      (await results(ask, body.id)).map((one: Record<string, unknown>) => [
        one['reference'],
        one['outcome'],
        one['order'],
      ]),
      [
        ['cancel-1', 'cancelled', null],
        ['cancel-2', 'cancelled', null],
      ],
    );
    assert.equal(
      (await ask('POST', '/v1/orders', { body: row('cancel-1') })).status,
      201,
      'its reference is free',
    );
  });

  test('a completed batch is not cancelled', async () => {
    const { body } = await upload(ask, lines(row('done-1')));
    await completed(ask, body.id);
    const answer = await ask('POST', `/v1/batches/${body.id}/cancel`);
    assert.deepEqual([answer.status, answer.body.code], [409, 'not_cancellable']);
  });

  test('another account sees, reads and cancels nothing of it', async () => {
    const { body } = await upload(ask, lines(row('mine-1')));
    await completed(ask, body.id);
    const { ask: other } = await anotherAccount(app);
    assert.deepEqual((await other('GET', '/v1/batches')).body.data, []);
    for (const [method, path] of [
      ['GET', `/v1/batches/${body.id}`],
      ['GET', `/v1/batches/${body.id}/results`],
      ['POST', `/v1/batches/${body.id}/cancel`],
    ] as const) {
      const answer = await other(method, path);
      assert.deepEqual([answer.status, answer.body.code], [404, 'not_found'], path);
    }
  });

  test('lists are newest first and have pages; events tell the beginning and the end', async () => {
    const { ask: own } = await anotherAccount(app, { cents: 1_000n });
    const ids: string[] = [];
    for (const n of [1, 2, 3]) {
      const { body } = await own('POST', '/v1/batches', {
        raw: lines(row(`list-${n}`)),
        headers: keyed(NDJSON),
      });
      await completed(own, body.id);
      ids.unshift(body.id);
    }
    const first = await own('GET', '/v1/batches?limit=2');
    const second = await own('GET', `/v1/batches?limit=2&after=${first.body.next}`);
    assert.deepEqual(
      [...first.body.data, ...second.body.data].map(({ id }: { id: string }) => id),
      ids,
    );
    assert.equal(second.body.next, null);
    const { body } = await own('GET', '/v1/events?limit=200');
    const told = body.data
      .filter(({ type }: { type: string }) => type.startsWith('batch.'))
      .map(({ type, data }: { type: string; data: { batch: string; rows: number } }) => [
        type,
        data.batch,
        data.rows,
      ]);
    assert.deepEqual(
      told,
      ids.toReversed().flatMap((id) => [
        ['batch.accepted', id, 1],
        ['batch.completed', id, 1],
      ]),
    );
  });

  test('an upload that breaks off leaves nothing, and the same key begins anew', async () => {
    const headers = keyed(NDJSON);
    await new Promise<void>((resolve) => {
      const client = httpRequest(`${app.url}/v1/batches`, {
        method: 'POST',
        headers: {
          ...headers,
          authorization: `Bearer ${app.credentials.apiKey}`,
          'transfer-encoding': 'chunked',
        },
      });
      client.on('error', () => resolve());
      client.write(lines(...Array.from({ length: 1_500 }, (_, n) => row(`broken-${n}`))));
      void eventually(async () => {
        const [found] = await app.rows(
          "select count(*)::integer as count from batch_rows r join batches b on b.id = r.batch_id where b.state = 'receiving'",
        );
        assert.ok(Number(found?.['count']) > 0);
      }).then(() => client.destroy(new Error('gone')));
    });
    await eventually(async () =>
      assert.deepEqual(await app.rows("select 1 from batches where state = 'receiving'"), []),
    );
    const answer = await upload(ask, lines(row('broken-1')), headers);
    assert.equal(answer.status, 202);
    const batch = await completed(ask, answer.body.id);
    assert.equal(batch.progress.placed, 1);
    const left = await app.rows(
      'select 1 from batch_rows r where not exists (select 1 from batches b where b.account_id = r.account_id and b.id = r.batch_id)',
    );
    assert.deepEqual(left, []);
  });
});
