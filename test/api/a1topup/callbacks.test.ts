/** Status callbacks: told at least once, again and again where nobody listens, never to our own neighbours. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setCallbackAddress } from '../../../src/protocols/a1topup/callbacks/store.ts';
import { eventually, startApp, type TestApp } from '../../harness/app.ts';
import { anotherAccount, recharge, WIRE, wireQuery } from './a1topup-client.ts';

const NEXT_LOOK_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A client that keeps what it was told; what it answers is up to the path. */
async function startListener() {
  const heard: URL[] = [];
  let answer: number | 'nothing' = 200;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    assert.equal(request.method, 'GET');
    heard.push(url);
    if (url.pathname === '/silent' || answer === 'nothing') return;
    response.writeHead(answer, { location: 'http://127.0.0.1:1/' }).end('thanks');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    heard,
    base: `http://127.0.0.1:${port}`,
    answers: (status: number | 'nothing') => void (answer = status),
    of: (orderId: string) => heard.filter(({ searchParams }) => searchParams.get('orderid') === orderId),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Row {
  readonly outcome: string;
  readonly state: string;
  readonly tries: number;
  readonly last_failure: string | null;
  readonly wait: number | null;
}

describe('A1Topup, status callbacks', () => {
  let app: TestApp;
  let listener: Awaited<ReturnType<typeof startListener>>;
  before(async () => {
    listener = await startListener();
    app = await startApp({ TOPRAIL_CALLBACKS_TO_LOCALHOST: 'on' });
  });
  after(async () => {
    await app.close();
    await listener.close();
  });
  beforeEach(() => listener.answers(200));

  const listenAt = (address: string | undefined, clientId = app.credentials.client.id) =>
    setCallbackAddress(app.app.services.engine, clientId, address);
  const api = async (changes: Readonly<Record<string, string>>) =>
    (await app.request('GET', `/recharge/api?${wireQuery(app, changes)}`)).body;
  const status = async (orderid: string) =>
    (await app.request('GET', `/recharge/status?${wireQuery(app, { orderid })}`)).body;
  const rowsOf = (txid: string) =>
    app.rows<Row>(
      `select outcome, state, tries, last_failure, extract(epoch from next_wakeup - toprail.now())::float8 as wait
       from status_callbacks where order_id = $1 order by created_at`,
      [txid.replace('TXN', '')],
    );
  /** The rows of an order, once they are so. The clock moves once: answers that are out have time of their own. */
  const become = async (txid: string, expected: readonly Partial<Row>[]) => {
    await app.advance(NEXT_LOOK_MS);
    return eventually(async () => {
      const rows = await rowsOf(txid);
      const seen = rows.map((row, index) =>
        Object.fromEntries(Object.keys(expected[index] ?? {}).map((key) => [key, row[key as keyof Row]])),
      );
      assert.deepEqual(seen, expected);
    });
  };

  test('an end is told with the parameters of the answer, beside those of the address', async () => {
    await listenAt(`${listener.base}/told?token=s3cret`);
    const done = await api({ orderid: 'C-1' });
    assert.equal(done.status, 'Success');
    await become(done.txid, [{ outcome: 'success', state: 'told', tries: 1, last_failure: null }]);
    const failed = await api({ orderid: 'C-2', number: '9876549001' });
    assert.equal(failed.status, 'Failure');
    await become(failed.txid, [{ outcome: 'failure', state: 'told' }]);
    for (const answer of [done, failed]) {
      const [told, ...again] = listener.of(answer.orderid);
      assert.ok(told);
      assert.deepEqual(again, []);
      assert.equal(told.pathname, '/told');
      const { token, ...said } = Object.fromEntries(told.searchParams);
      assert.equal(token, 's3cret');
      assert.deepEqual(Object.keys(said), WIRE);
      assert.deepEqual(said, answer);
    }
    assert.ok(!app.logged.join('\n').includes('s3cret'), 'an address is never logged');
  });

  test('the documented form is told, too; what is not of this API is not', async () => {
    const { body } = await recharge(app, { client_ref: 'C-doc' });
    await become(body.transaction_id, [{ outcome: 'success', state: 'told' }]);
    assert.equal(listener.of('C-doc')[0]?.searchParams.get('txid'), body.transaction_id);
    const article = await app.request('POST', '/recharge', {
      as: 'native',
      body: { subscriber_number: '255712345678', bundle_id: 'BND001', payment_method: 'wallet' },
    });
    assert.equal(article.status, 202, article.text);
    const beside = await recharge(app, { client_ref: 'C-beside-article' });
    await become(beside.body.transaction_id, [{ state: 'told' }]);
    assert.deepEqual(await rowsOf(article.body.transaction_id.replace('TX', '')), []);
  });

  test('a reversal after the success is told, once', async () => {
    const taken = await api({ orderid: 'C-reversed', number: '9876549011' });
    assert.equal(taken.status, 'Success');
    await become(taken.txid, [{ outcome: 'success', state: 'told' }]);
    await app.advance(10_000);
    await eventually(async () => assert.equal((await status('C-reversed')).status, 'Failure'));
    await become(taken.txid, [{ state: 'told' }, { outcome: 'reversal', state: 'told' }]);
    const [, reversal, ...more] = listener.of('C-reversed');
    assert.equal(reversal?.searchParams.get('status'), 'Failure');
    assert.deepEqual(more, []);
  });

  test('whoever does not answer 2xx is asked again after 10 s, 1 m, 5 m, 30 m and 2 h, then listed', async () => {
    listener.answers(500);
    const { txid } = await api({ orderid: 'C-deaf' });
    for (const [index, seconds] of [10, 60, 300, 1_800, 7_200].entries()) {
      await become(txid, [{ state: 'waiting', tries: index + 1, last_failure: 'HTTP_500' }]);
      await eventually(async () => {
        const wait = (await rowsOf(txid))[0]?.wait ?? 0;
        assert.ok(wait > seconds - 8 && wait <= seconds, `${wait}`); // and not the end of a lease
      });
      assert.equal(listener.of('C-deaf').length, index + 1);
      await app.advance(seconds * 1_000);
    }
    await become(txid, [{ state: 'exhausted', tries: 6, last_failure: 'HTTP_500', wait: null }]);
    assert.match(app.logged.join('\n'), /was not told/);
    await app.advance(86_400_000);
    assert.equal(listener.of('C-deaf').length, 6);
  });

  test('a redirect is no 2xx and leads nowhere; a better answer ends it', async () => {
    listener.answers(302);
    const { txid } = await api({ orderid: 'C-moved' });
    await become(txid, [{ state: 'waiting', last_failure: 'HTTP_302' }]);
    listener.answers(204);
    await app.advance(10_000);
    await become(txid, [{ state: 'told', tries: 2, last_failure: null }]);
  });

  test('who never answers keeps nobody else waiting', async () => {
    const other = await anotherAccount(app, { paise: 100_000_00n });
    await listenAt(`${listener.base}/silent`, other.clientId);
    const as = { username: other.clientId, pwd: other.apiKey, amount: '10' };
    for (let index = 0; index < 12; index += 1) await api({ ...as, orderid: `C-silent-${index}` });
    await eventually(() => assert.equal(listener.heard.filter((it) => it.pathname === '/silent').length, 8));
    const { txid } = await api({ orderid: 'C-beside' });
    await eventually(async () => assert.equal((await rowsOf(txid))[0]?.state, 'told'));
    await listenAt(`${listener.base}/told`, other.clientId);
    await app.advance(10_000);
    await eventually(async () => {
      const late = await app.rows("select 1 from status_callbacks where last_failure = 'RESPONSE_TIMEOUT'");
      assert.equal(late.length, 8);
    });
    await app.advance(10_000);
    await eventually(async () => {
      const waiting = await app.rows("select 1 from status_callbacks where state = 'waiting'");
      assert.equal(waiting.length, 0);
    });
  });

  test('a stop ends what is out; the next process tells it', async () => {
    listener.answers('nothing');
    const { txid } = await api({ orderid: 'C-stop' });
    await eventually(() => assert.equal(listener.of('C-stop').length, 1));
    listener.answers(200);
    await app.restart();
    await app.advance(10_000);
    await become(txid, [{ state: 'told', tries: 2 }]);
    assert.equal(listener.of('C-stop').length, 2);
  });

  test('what a crash leaves behind, claimed and not recorded, is told when its lease ends', async () => {
    const { txid } = await api({ orderid: 'C-crash' });
    await become(txid, [{ state: 'told', tries: 1 }]);
    await app.rows(
      `update status_callbacks set state = 'waiting', ended_at = null, next_wakeup = toprail.now() + interval '30 s'
       where order_id = $1`,
      [txid.replace('TXN', '')],
    );
    await app.advance(30_000);
    await become(txid, [{ state: 'told', tries: 2 }]);
    assert.equal(listener.of('C-crash').length, 2);
  });

  test('an internal address is refused at each try, and no address drops what waits', async () => {
    const seen = listener.heard.length;
    for (const address of [
      'https://127.0.0.1/a?k=v3ry',
      'https://localhost/a',
      'http://localhost/a',
      'https://[::1]/',
    ]) {
      await listenAt(address);
      const { txid } = await api({ orderid: `C-${address}` });
      const failure = address.startsWith('http:') ? 'TARGET_NOT_HTTPS' : 'TARGET_INTERNAL';
      await become(txid, [{ state: 'waiting', last_failure: failure }]);
    }
    assert.equal(listener.heard.length, seen);
    await listenAt(undefined);
    await app.advance(10_000);
    await eventually(async () => {
      const dropped = await app.rows("select 1 from status_callbacks where state = 'dropped'");
      assert.equal(dropped.length, 4);
    });
    const { txid } = await api({ orderid: 'C-nobody' });
    await app.advance(NEXT_LOOK_MS);
    await eventually(async () => {
      const behind = 'select 1 from event_cursors c, event_counter k where c.last_id < k.last_id';
      assert.deepEqual(await app.rows(behind), []);
    });
    assert.deepEqual(await rowsOf(txid), []);
    assert.ok(!app.logged.join('\n').includes('v3ry'));
  });

  test('regression: how a client was told is forgotten after 90 days', async () => {
    const ended = async () =>
      (
        await app.rows<{ order_id: bigint }>(
          'select order_id from status_callbacks where ended_at is not null order by order_id',
        )
      ).map(({ order_id: id }) => `TXN${id}`);
    const seen = await ended();
    assert.ok(seen.length > 0);
    await app.advance(88 * DAY_MS);
    await listenAt(`${listener.base}/told`);
    const txid = await eventually(async () => {
      const answer = await api({ orderid: 'C-late' });
      assert.equal(answer.status, 'Success', 'when the partitions of a month so far ahead are there');
      return answer.txid;
    });
    await become(txid, [{ state: 'told' }]);
    assert.deepEqual(await ended(), [...seen, txid]);
    await app.advance(3 * DAY_MS);
    await eventually(async () => {
      await app.advance(HOUR_MS);
      assert.deepEqual(await ended(), [txid]);
    });
  });
});

test('without the variable nobody is told at 127.0.0.1, also in the sandbox', async () => {
  const listener = await startListener();
  const app = await startApp();
  await setCallbackAddress(app.app.services.engine, app.credentials.client.id, listener.base);
  const { body } = await recharge(app, { client_ref: 'C-off' });
  assert.equal(body.status, 'success');
  await app.advance(NEXT_LOOK_MS);
  await eventually(async () => {
    const rows = await app.rows('select last_failure from status_callbacks');
    assert.deepEqual(rows, [{ last_failure: 'TARGET_NOT_HTTPS' }]);
  });
  assert.equal(listener.heard.length, 0);
  await app.close();
  await listener.close();
});
