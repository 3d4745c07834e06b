import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startApp, type TestApp } from '../../harness/app.ts';
import { assertShape, pageOf, transactionShape } from './shapes.ts';

const HISTORY = transactionShape({ pin: 'no pin', balance: 'no balance' });

function unpadded(date: string): string {
  return date.replaceAll(/(?<=[- :])0(?=\d)/g, '');
}

describe('history', () => {
  let app: TestApp;
  let made: { transactionId: number; transactionDate: string; customIdentifier: string | null }[];
  before(async () => {
    app = await startApp();
    made = [];
    const top = async (body: object) => {
      const answer = await app.request('POST', '/topups', { as: 'reloadly', body });
      assert.equal(answer.status, 200, answer.text);
      made.push(answer.body);
      await app.advance(60_000);
    };
    const good = {
      operatorId: 173,
      amount: 15,
      recipientPhone: { countryCode: 'HT', number: '+50936377111' },
    };
    await top({ ...good, customIdentifier: 'first' });
    await top({ ...good, operatorId: 174 });
    await top({ operatorId: 341, amount: 10, recipientPhone: { countryCode: 'NG', number: '08147658721' } });
    await top({ ...good, customIdentifier: 'last & least?' });
  });
  after(() => app.close());

  const page = async (path: string) => {
    const answer = await app.request('GET', path, { as: 'reloadly' });
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
    assertShape(answer.body, pageOf(HISTORY));
    return answer.body;
  };
  /** Positions in `made` of what a query finds. */
  const found = async (query: string, path = '/topups/reports/transactions') => {
    const { content } = await page(`${path}?${query}`);
    return content.map(({ transactionId }: { transactionId: number }) =>
      made.findIndex((one) => one.transactionId === transactionId),
    );
  };
  const older = (query: string) => found(query, '/transactions');
  const dateOf = (index: number) => made[index]?.transactionDate ?? '';

  test('newest first, in sorted pages', async () => {
    assert.deepEqual(await found(''), [3, 2, 1, 0]);
    const second = await page('/topups/reports/transactions?page=2&size=3');
    assert.equal(second.totalElements, 4);
    assert.equal(second.totalPages, 2);
    assert.equal(second.numberOfElements, 1);
    assert.ok(second.last && !second.first && second.sort.sorted);
    const beyond = await page('/topups/reports/transactions?page=9&size=3');
    assert.ok(beyond.empty && beyond.last);
  });

  test('every filter', async () => {
    assert.deepEqual(await found('countryCode=HT'), [3, 1, 0]);
    assert.deepEqual(await found('countryCode=ng'), [2]);
    assert.deepEqual(await found('operatorId=174'), [1]);
    assert.deepEqual(await found('operatorName=digicel%20haiti'), [3, 0]);
    assert.deepEqual(await found('operatorName=Digicel+Haiti&operatorId=174'), []);
    assert.deepEqual(await found('operatorName=nobody'), []);
    assert.deepEqual(await found('customIdentifier=first'), [0]);
    assert.deepEqual(await found('customIdentifier=last%20%26%20least%3F'), [3]);
    assert.deepEqual(await found('customIdentifier=none'), []);
  });

  test('a transaction is found by the very date that it shows, padded or not', async () => {
    for (const form of [(date: string) => date, unpadded]) {
      const from = encodeURIComponent(form(dateOf(1)));
      const to = encodeURIComponent(form(dateOf(2)));
      assert.deepEqual(await found(`startDate=${from}&endDate=${to}`), [2, 1]);
      assert.deepEqual(await found(`startDate=${from}`), [3, 2, 1]);
      assert.deepEqual(await found(`endDate=${to}`), [2, 1, 0]);
      assert.deepEqual(await found(`startDate=${from}&endDate=${from}`), [1]);
    }
    assert.deepEqual(await found('endDate=2025-06-01 00:00:00'), []);
    assert.deepEqual(await found('startDate=2018-03-01 00:00:00&endDate=2018-03-31 23:59:59'), []);
  });

  test('the older form: count, startTime, endTime, sortBy, sortOrder', async () => {
    assert.deepEqual(await older('page=1&size=3'), [3, 2, 1]);
    assert.deepEqual(await older('count=2'), [3, 2]);
    assert.deepEqual(await older('count=3&page=2'), [0]);
    assert.deepEqual(await older('sortBy=create_time&sortOrder=asc'), [0, 1, 2, 3]);
    assert.deepEqual(await older('sortOrder=ASC&size=3&page=2'), [3]);
    assert.deepEqual(await older(`startTime=${dateOf(1)}&endTime=${dateOf(2)}&sortOrder=asc`), [1, 2]);
  });

  test('what cannot be read is refused by name', async () => {
    for (const [path, field] of [
      ['/topups/reports/transactions?startDate=yesterday', 'startDate'],
      ['/topups/reports/transactions?startDate=2026-01-02&endDate=2026-01-01', 'endDate'],
      ['/topups/reports/transactions?operatorId=digicel', 'operatorId'],
      ['/topups/reports/transactions?operatorName=%00', 'operatorName'],
      ['/topups/reports/transactions?countryCode=Haiti', 'countryCode'],
      ['/topups/reports/transactions?countryCode=%00', 'countryCode'],
      ['/transactions?sortOrder=sideways', 'sortOrder'],
      ['/transactions?sortBy=amount', 'sortBy'],
      ['/transactions?count=0', 'count'],
      ['/topups/reports/transactions/first', 'transactionId'],
      ['/topups/first/status', 'transactionId'],
    ]) {
      const { status, body } = await app.request('GET', path ?? '', { as: 'reloadly' });
      assert.equal(status, 400, path);
      assert.equal(body.errorCode, 'INVALID_REQUEST');
      assert.equal(body.details[0].field, field);
    }
    for (const id of ['1', '9007199254740993', '99999999999999999999999']) {
      for (const path of [`/topups/${id}/status`, `/topups/reports/transactions/${id}`]) {
        const { status, body } = await app.request('GET', path, { as: 'reloadly' });
        assert.equal(status, 404, path);
        assert.equal(body.errorCode, 'RESOURCE_NOT_FOUND');
      }
    }
  });
});
