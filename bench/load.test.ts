import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { answerReader, REFERENCE, requestWriter } from './http-wire.ts';
import { latencyHistogram, percentiles, run } from './load.ts';

describe('the load generator', () => {
  it('tells percentiles to a thousandth', () => {
    const latencies = latencyHistogram();
    for (let us = 1; us <= 100_000; us++) latencies.record(us);
    const { p50Ms, p99Ms } = percentiles(latencies);
    assert.ok(Math.abs(p50Ms - 50) <= 0.05, `${p50Ms}`);
    assert.ok(Math.abs(p99Ms - 99) <= 0.1, `${p99Ms}`);
    assert.deepEqual(percentiles(latencyHistogram()), { p50Ms: 0, p99Ms: 0 });
  });

  it('writes requests in turn, each with references of its own and the right length', () => {
    const body = `{"a":"${REFERENCE}","b":"${REFERENCE}"}`;
    const next = requestWriter('h', [
      { method: 'POST', path: '/p', headers: { 'idempotency-key': REFERENCE }, body },
      { method: 'GET', path: '/g', headers: {} },
    ]);
    const [first, second, third] = [next(), next(), next()] as const;
    assert.equal(second, 'GET /g HTTP/1.1\r\nhost: h\r\n\r\n');
    const [head = '', sent = ''] = first.split('\r\n\r\n');
    assert.match(head, /^POST \/p HTTP\/1\.1\r\n/);
    assert.ok(head.includes(`content-length: ${sent.length}`));
    const references = [first, third].flatMap((text) => text.match(/[0-9a-f]{15}/g) ?? []);
    assert.equal(new Set(references).size, 6);
  });

  it('counts an answer once it is whole, wherever it was cut', () => {
    const answers = [
      'HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\n\r\nhello',
      'HTTP/1.1 304 Not Modified\r\netag: "a"\r\n\r\n',
      'HTTP/1.1 503 Busy\r\nx: y\r\ncontent-length: 0\r\n\r\n',
    ];
    for (let size = 1; size < 60; size++) {
      const statuses: number[] = [];
      const read = answerReader((status) => statuses.push(status));
      for (const answer of answers) {
        for (let at = 0; at < answer.length; at += size) read(Buffer.from(answer.slice(at, at + size)));
      }
      assert.deepEqual(statuses, [202, 304, 503], `cut every ${size} bytes`);
    }
  });

  it('refuses what it cannot count', () => {
    const read = (text: string) => () => answerReader(() => {})(Buffer.from(text));
    assert.throws(read('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'), /without its length/);
    assert.throws(read('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nabc'), /more came/);
    assert.throws(read('SSH-2.0\r\n\r\n'), /no answer/);
  });

  it('counts every request at the server as done, refused or failed', async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      if (asked === 7) return void response.socket?.destroy();
      response.writeHead(asked % 3 === 0 ? 503 : 200, { 'content-length': 2 }).end('ok');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo; // of TCP
    const round = await run({
      url: `http://127.0.0.1:${port}`,
      requests: [{ method: 'GET', path: '/', headers: {} }],
      connections: 4,
      seconds: 0.2,
    });
    server.close();
    const refused = Math.floor(asked / 3);
    const cut = asked >= 7 ? 1 : 0;
    assert.equal(round.done, asked - refused - cut);
    assert.equal(round.refused, refused);
    assert.equal(round.failed, cut);
    assert.ok(round.rate > 0 && round.p99Ms >= round.p50Ms);
  });
});
