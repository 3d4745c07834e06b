/** Where a request begins and ends must be plain to everybody who sees it: byte by byte, over raw sockets. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { startApp, type TestApp } from '../harness/app.ts';
import { REFUSED, SERVED } from './framing-cases.ts';
import { stored } from './stored.ts';

describe('framing', () => {
  let app: TestApp;
  let order: string;
  before(async () => {
    app = await startApp({ TOPRAIL_LOG_LEVEL: 'error' });
    const body = JSON.stringify({
      reference: 'smuggled',
      product: 173,
      recipient: { phone: '+50936377111' },
      amount: { value: '1.00', currency: 'USD' },
    });
    order = [
      'POST /v1/orders HTTP/1.1',
      'Host: a',
      `Authorization: Bearer ${app.credentials.apiKey}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
  });
  after(() => app.close());

  /** All that comes back until the connection is closed. */
  const send = async (bytes: string, end: 'ours' | 'theirs') => {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.on('error', () => socket.destroy()); // what is refused may be reset
    socket.write(bytes, 'latin1');
    if (end === 'ours') socket.end();
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    await new Promise((resolve) => socket.once('close', resolve));
    return answer;
  };
  const statuses = (answer: string) =>
    [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));

  for (const { told, bytes } of SERVED) {
    it(`${told}: is served`, async () => {
      const seen = statuses(await send(bytes, 'ours'));
      assert.ok(seen.length > 0 && seen.every((status) => status === 200), seen.join());
    });
  }

  for (const { told, bytes } of REFUSED) {
    it(`${told}: is refused, and the order that follows it is not placed`, async () => {
      const earlier = await stored(app);
      const answer = await send(bytes + order, 'theirs');
      const [status = 0, ...more] = statuses(answer);
      assert.ok(status >= 400 && status < 500, answer.slice(0, 200));
      // A request may have had its answer before it turned out to have no end.
      assert.ok(more.length <= 1 && more.every((one) => one === 400), answer);
      assert.doesNotMatch(answer, /\.ts\b|node_modules|HPE_/);
      assert.deepEqual(await stored(app), earlier);
    });
  }
});
