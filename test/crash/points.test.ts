/** The registry of crash points cannot drift from what is really called on an order's way. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PLACES, POINTS, readArmed, writeArmed } from './points.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Rooms whose statements are not on an order's way, each with what stands for it instead. */
const OFF_THE_WAY: Readonly<Record<string, string>> = {
  'src/catalogue/': 'what is sold; written by commands',
  'src/cli/': 'commands: one statement each, which is run again',
  'src/core/': 'comments',
  'src/identity/': 'who may ask',
  'src/pricing/': 'settings',
  'src/verify/': 'reads, and leaves a mark that the next clean run leaves again',
  'src/wallet/':
    'settings, funding by key, and the end of a day: a key settles it once, closing goes on where it stopped',
  'src/orders/bulk/': 'killed in test/crash/bulk.test.ts',
  'src/orders/scheduling/': 'makes orders by a key of their own, like any client',
  'src/orders/disputes/': 'after the end of an order',
  'src/orders/review/': 'what people decide',
  'src/orders/health/': 'a chart',
  'src/protocols/': 'dialects; status callbacks are rows that stay due',
  'src/reconciliation/': 'statements of providers: files that are imported again',
};
/** Of the other rooms. */
const EXCUSED: Readonly<Record<string, string>> = {
  find_port: 'a lookup',
  detached_before: 'a lookup, with the reference',
  save_quotes: 'before there is an order',
  set_repeat_window: 'a setting',
  replace_order_private: "the customer's address for an e-mail",
  create_partitions: 'maintenance',
  sweep: 'maintenance',
  ensure_sandbox_account: 'at the first start',
  add_provider: 'a setting',
  add_route: 'a setting',
  read_installation: 'settings, read at the start',
  read_providers: 'settings, read at the start',
  read_routes: 'settings, read at the start',
  prove_idempotent_submit: 'what a proof by command has shown',
  restore_epoch: 'a command',
  allow_sending: 'a command',
};

const called = new Set(
  globSync('src/**/*.ts', { cwd: ROOT, exclude: (name) => name.endsWith('.test.ts') })
    .filter((file) => !Object.keys(OFF_THE_WAY).some((room) => file.startsWith(room)))
    .flatMap((file) => [...readFileSync(join(ROOT, file), 'utf8').matchAll(/\btoprail\.(?!now\b)(\w+)\(/g)])
    .map(([, name = '']) => name),
);
/** Places that are no SQL function of ours. */
const OTHERS = ['place', 'submit', 'query', 'callback', 'pg_notify'];

test('every SQL function on the way of an order is a crash point, or there is a reason why not', () => {
  const missing = [...called].filter((name) => !(name in PLACES) && !(name in EXCUSED));
  assert.deepEqual(missing, []);
});

test('every crash point is a function that is called', () => {
  const gone = Object.keys(PLACES).filter((name) => !called.has(name) && !OTHERS.includes(name));
  assert.deepEqual(gone, []);
  assert.deepEqual(
    Object.keys(EXCUSED).filter((name) => !called.has(name)),
    [],
    'excused, and nobody calls it any more',
  );
});

test('an armed point is written and read', () => {
  for (const point of POINTS) {
    for (const postgres of ['lives', 'dies'] as const) {
      const armed = { ...point, nth: 3, postgres };
      assert.deepEqual(readArmed(writeArmed(armed)), armed);
    }
  }
  for (const text of ['', 'accept_orders', 'accept_orders:arrived', 'submit:sent:0', 'submit:sent:1:me']) {
    assert.throws(() => readArmed(text), text);
  }
});
