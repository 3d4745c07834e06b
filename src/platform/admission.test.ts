import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { Admission, holdBack } from './admission.ts';

/** An admission that is told how late its looks are, and the ends of its turns. */
function watched() {
  const ends: (() => void)[] = [];
  const admission = new Admission((work) => ends.push(work));
  let nowMs = 0;
  return {
    admission,
    /** Looks that each come so late, for about a second. */
    look: (lateMs: number) => {
      for (const endsAtMs = nowMs + 1_000; nowMs < endsAtMs; )
        admission.observe(lateMs, (nowMs += 20 + lateMs));
      return admission.isLate;
    },
    admitted: (...times: readonly number[]) => times.map((atMs) => admission.admits(atMs)),
    endTurn: () => ends.splice(0).forEach((end) => end()),
  };
}

test('late is who is late most of the time, and until it is so no more', () => {
  const { look } = watched();
  assert.deepEqual([5, 20, 29, 31, 20, 10, 8, 20].map(look), [
    false,
    false,
    false,
    true,
    true,
    true,
    false,
    false,
  ]);
});

test('one long turn is late however short the next one is', () => {
  const { admission } = watched();
  for (const [lateMs, atMs] of [
    [0, 0],
    [5_000, 5_020],
    [0, 5_040],
    [0, 5_060],
  ] as const)
    admission.observe(lateMs, atMs);
  assert.equal(admission.isLate, true);
});

test('a process that keeps up lets in a turn whatever comes in a second', () => {
  const { admitted, endTurn } = watched();
  assert.deepEqual(admitted(0, 500, 999, 1_000), [true, true, true, false]);
  endTurn();
  assert.deepEqual(admitted(1_001), [true]);
});

test('a late one lets in what comes at the beginning of a turn, and again in the next', () => {
  const { look, admitted, endTurn } = watched();
  look(80);
  assert.deepEqual(admitted(2_000, 2_010, 2_019, 2_020, 2_500), [true, true, true, false, false]);
  endTurn();
  assert.deepEqual(admitted(2_510, 2_529, 2_530), [true, true, false]);
});

test('a hundred refusals in a second are a storm, which lasts until a second has had fewer', () => {
  const { admission } = watched();
  const refused = (times: number, atMs: number) =>
    Array.from({ length: times }, () => admission.refuses(atMs)).lastIndexOf(true) + 1;
  assert.equal(refused(99, 1_000), 0);
  assert.equal(refused(1, 1_999), 1);
  assert.equal(refused(99, 2_500), 99);
  assert.equal(refused(1, 3_000), 0);
  assert.equal(refused(120, 9_000), 120, 'all that come after the hundredth');
  assert.equal(refused(99, 11_000), 0, 'a second without any lies between');
});

test('a client that was refused is not listened to until it may come again', {
  timeout: 10_000,
}, async () => {
  const HELD_BACK_MS = 300;
  const TURNS = 100;
  let served = 0;
  const server = createServer((_request, response) => {
    served += 1;
    if (served === 1) holdBack(response, HELD_BACK_MS);
    response.writeHead(503, { 'content-length': '0' }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const ask = () => socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello');
  ask();
  await once(socket, 'data');
  ask();
  for (let turn = 0; turn < TURNS; turn++) await new Promise(setImmediate);
  assert.equal(served, 1);
  await once(socket, 'data');
  assert.equal(served, 2);
  socket.destroy();
  server.close();
});
