/** Lists as CSV: the same rows as the JSON, page by page. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startApp, type TestApp } from '../../harness/app.ts';
import { type Ask, anotherAccount, nativeClient, orderBody } from './native-client.ts';

const CSV = { accept: 'text/csv' };
const WAIT = { prefer: 'wait=10' };
const ORDERS = 5;
const FORMULA = '=HYPERLINK("http://x.example","pay, here")';

describe('lists as CSV', () => {
  let app: TestApp;
  let ask: Ask;
  let wallet: string;
  before(async () => {
    app = await startApp();
    ({ ask, wallet } = await anotherAccount(app, { cents: 100_000n }));
    for (let n = 1; n < ORDERS; n++) await ask('POST', '/v1/orders', { body: orderBody(), headers: WAIT });
    await ask('POST', '/v1/orders', { body: orderBody({ reference: FORMULA }), headers: WAIT });
  });
  after(() => app.close());

  test('orders: the rows of the JSON, decimal amounts, nothing that a spreadsheet runs', async () => {
    const { body } = await ask('GET', '/v1/orders');
    const answer = await ask('GET', '/v1/orders', { headers: CSV });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'text/csv; charset=utf-8; header=present');
    assert.equal(answer.headers.get('vary'), 'Accept');
    assert.equal(answer.headers.get('link'), null);
    assert.ok(answer.text.endsWith('\r\n'));
    const rows = readCsv(answer.text);
    assert.equal(rows.length, ORDERS);
    assert.equal(rows[0]?.['reference'], `'${FORMULA}`);
    for (const [index, row] of rows.entries()) {
      const order = body.data[index];
      for (const name of ['id', 'status', 'wallet', 'fx_rate', 'created_at', 'completed_at', 'country'])
        assert.equal(row[name], order[name]);
      for (const name of ['send', 'receive', 'discount', 'cost', 'balance_after', 'delivered'])
        assert.equal(row[name], order[name].value);
      assert.equal(row['recipient'], '+50936377111');
      assert.deepEqual([row['currency'], row['receive_currency']], ['USD', 'HTG']);
      assert.equal(row['product'], '173');
      assert.deepEqual([row['failure'], row['minimum_delivered'], row['adjusted']], ['', '', '0.00']);
    }
  });

  test('pages follow the Link, with their filters, and end', async () => {
    let path: string | undefined =
      '/v1/orders?status=delivered&created_from=2020-01-01T00%3A00%3A00Z&limit=2';
    const ids: string[] = [];
    let pages = 0;
    while (path !== undefined) {
      const answer = await ask('GET', path, { headers: CSV });
      assert.equal(answer.status, 200);
      const rows = readCsv(answer.text);
      assert.ok(rows.length <= 2);
      ids.push(...rows.map((row) => row['id'] ?? ''));
      path = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
      if (path !== undefined) assert.match(path, /status=delivered.*created_from=.*limit=2/);
      pages += 1;
    }
    const { body } = await ask('GET', '/v1/orders');
    assert.deepEqual(
      ids,
      body.data.map(({ id }: { id: string }) => id),
    );
    assert.equal(pages, 3);
  });

  test('an empty list is its header line', async () => {
    const answer = await ask('GET', '/v1/orders?status=failed', { headers: CSV });
    assert.match(answer.text, /^id,status,reference,[a-z_,]+\r\n$/);
  });

  test('the statement of a wallet adds up', async () => {
    const path = `/v1/wallets/${wallet}/entries`;
    const { body } = await ask('GET', path);
    const answer = await ask('GET', path, { headers: CSV });
    const rows = readCsv(answer.text);
    assert.deepEqual(
      rows,
      // oxlint-disable-next-line typescript/no-explicit-any -- rows as a client sees them
      body.data.map((entry: any) => ({
        number: String(entry.number),
        kind: entry.kind,
        source: entry.source,
        currency: 'USD',
        amount: entry.amount.value,
        posted_after: entry.posted_after.value,
        created_at: entry.created_at,
      })),
    );
    const first = await ask('GET', `${path}?limit=1`, { headers: CSV });
    assert.equal(first.headers.get('link'), `<${path}?limit=1&after=${rows[0]?.['number']}>; rel="next"`);
    assert.equal(
      (await ask('GET', '/v1/wallets/wal_1/entries', { headers: CSV })).status,
      404,
      'errors stay problem details',
    );
  });

  test('JSON is answered to who asks for it or for anything, and has no Link', async () => {
    for (const accept of ['application/json', '*/*', 'text/csv;q=0.1, */*']) {
      const answer = await ask('GET', '/v1/orders?limit=1', { headers: { accept } });
      assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8');
      assert.equal(answer.headers.get('link'), null);
      assert.ok(answer.body.next);
    }
  });

  test('anything else is not acceptable; credentials are asked for before', async () => {
    const headers = { accept: 'application/xml' };
    for (const path of ['/v1/orders', '/v1/orders?limit=0', `/v1/wallets/${wallet}/entries`]) {
      const answer = await ask('GET', path, { headers });
      assert.deepEqual([answer.status, answer.body.code], [406, 'not_acceptable'], path);
      assert.equal((await nativeClient(app)('GET', path, { as: 'nobody', headers })).status, 401);
    }
  });
});

/** RFC 4180, as a client would read it: records by the names of the header line. */
function readCsv(text: string): Record<string, string>[] {
  const records: string[][] = [];
  let record: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    records.push(record);
    record = [];
  }
  const [header = [], ...rows] = records;
  return rows.map((row) => {
    assert.equal(row.length, header.length);
    return Object.fromEntries(header.map((name, index) => [name, row[index] ?? '']));
  });
}
