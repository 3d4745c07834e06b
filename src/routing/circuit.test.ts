import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Circuit } from './circuit.ts';
import { signOf } from './circuits.ts';
import type { Capability } from './connector.ts';

const SECOND = 1_000;

function brokenAt(nowMs: number): Circuit {
  const circuit = new Circuit();
  for (let n = 0; n < 5; n++) circuit.note('bad', nowMs);
  return circuit;
}

test('a few failures among many successes leave it closed, and old ones are forgotten', () => {
  const circuit = new Circuit();
  for (let n = 0; n < 20; n++) circuit.note(n % 3 === 0 ? 'bad' : 'good', 0);
  assert.equal(circuit.state(0), 'closed');
  const slow = new Circuit();
  for (let n = 0; n < 20; n++) slow.note('bad', n * 20 * SECOND);
  assert.equal(slow.state(400 * SECOND), 'closed');
});

test('it opens when most fail, sends nothing for a while, then a few to find out', () => {
  const circuit = brokenAt(0);
  assert.equal(circuit.state(0), 'open');
  assert.equal(circuit.permit(9 * SECOND), false);
  assert.equal(circuit.state(10 * SECOND), 'half_open');
  const permits = Array.from({ length: 5 }, () => circuit.permit(10 * SECOND));
  assert.deepEqual(permits, [true, true, true, false, false]);
});

test('one good probe closes it, one bad one opens it again', () => {
  const healed = brokenAt(0);
  assert.ok(healed.permit(11 * SECOND));
  healed.note('good', 12 * SECOND);
  assert.equal(healed.state(12 * SECOND), 'closed');
  assert.equal(healed.success(12 * SECOND), 1);
  const broken = brokenAt(0);
  assert.ok(broken.permit(11 * SECOND));
  broken.note('bad', 12 * SECOND);
  assert.equal(broken.state(21 * SECOND), 'open');
  assert.equal(broken.state(22 * SECOND), 'half_open');
});

test('what was sent before it opened closes nothing, and probes of which nothing is heard are sent again', () => {
  const circuit = brokenAt(0);
  circuit.note('good', SECOND);
  assert.equal(circuit.state(SECOND), 'open');
  for (let n = 0; n < 3; n++) assert.ok(circuit.permit(11 * SECOND));
  assert.equal(circuit.permit(12 * SECOND), false);
  assert.equal(circuit.permit(21 * SECOND), false);
  assert.equal(circuit.permit(22 * SECOND), true);
});

test('only what says something of the provider is a sign', () => {
  const refusedCodes = {
    BARRED: { failure: 'recipient_barred', retryable: false },
    DOWN: { failure: 'operator_unavailable', retryable: true },
  };
  const sign = (verdict: Parameters<typeof signOf>[0]['verdict'], code?: string) =>
    signOf({ source: 'submit', verdict, ...(code && { code }) }, { refusedCodes } as unknown as Capability);
  assert.equal(sign('delivered'), 'good');
  assert.equal(sign('refused', 'BARRED'), 'good', 'the recipient is barred, and the provider well');
  assert.equal(sign('refused', 'DOWN'), 'bad');
  assert.equal(sign('unknown', 'RESPONSE_TIMEOUT'), 'bad');
  assert.equal(sign('unsent', 'CONNECT_TIMEOUT'), 'bad');
  assert.equal(sign('unsent', 'DEADLINE_PASSED'), undefined, 'we were too slow ourselves');
});
