import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountId } from '../../../core/ids.ts';
import { Vault } from '../../../platform/crypto.ts';
import { createEventCursors } from './event-cursor.ts';

const ALICE = 1001n as AccountId;
const BOB = 1002n as AccountId;
const cursors = createEventCursors(new Vault(Buffer.alloc(32, 1)));

test('an event has one cursor, which leads back to it', () => {
  for (const id of [0n, 1n, 2n, 10_000_000n, 2n ** 62n]) {
    const text = cursors.format(ALICE, id);
    assert.match(text, /^evt_[A-Za-z0-9_-]{22}$/);
    assert.equal(cursors.format(ALICE, id), text);
    assert.equal(cursors.parse(ALICE, text), id);
  }
});

test('cursors of neighbours have nothing in common, and neither do those of accounts', () => {
  const texts = new Set<string>();
  for (let id = 0n; id < 1000n; id++)
    for (const account of [ALICE, BOB]) texts.add(cursors.format(account, id).slice(4, 10));
  assert.equal(texts.size, 2000);
});

test('a cursor of another account, of another installation or made up is refused', () => {
  const text = cursors.format(ALICE, 7n);
  assert.equal(cursors.parse(BOB, text), undefined);
  assert.equal(createEventCursors(new Vault(Buffer.alloc(32, 2))).parse(ALICE, text), undefined);
  const other = text.endsWith('A') ? 'Q' : 'A';
  for (const bad of [
    '',
    '7',
    'evt_7',
    'ord_7',
    text.slice(0, -1),
    `${text}A`,
    text.slice(0, -1) + other,
    `${text.slice(0, -1)}!`,
  ]) {
    assert.equal(cursors.parse(ALICE, bad), undefined, bad);
  }
});

test('the bits to spare of the last character do not make a second name', () => {
  const text = cursors.format(ALICE, 7n);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const names = [...alphabet].filter((last) => cursors.parse(ALICE, text.slice(0, -1) + last) === 7n);
  assert.deepEqual(names, [text.at(-1)]);
});
