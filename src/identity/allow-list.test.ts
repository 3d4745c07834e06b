import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../core/errors.ts';
import { readAllowList, refuseIfElsewhere } from './allow-list.ts';

test('who is on the list is let in, in either form of an address', () => {
  const rows: [networks: string[], inside: string[], outside: string[]][] = [
    [
      ['10.0.0.0/8'],
      ['10.0.0.1', '10.255.255.255', '::ffff:10.1.2.3'],
      ['11.0.0.1', '::ffff:11.0.0.1', '::1'],
    ],
    [['192.0.2.7'], ['192.0.2.7'], ['192.0.2.6', '192.0.2.8']],
    [['2001:db8::/32', '192.0.2.7/32'], ['2001:db8:1::1', '192.0.2.7'], ['2001:db9::1']],
    [
      ['0.0.0.0/0', '::/0'],
      ['1.2.3.4', '::1'],
      ['', 'nowhere'],
    ],
  ];
  for (const [networks, inside, outside] of rows) {
    const allowFrom = readAllowList(networks);
    assert.ok(allowFrom, networks.join());
    for (const address of inside) refuseIfElsewhere({ allowFrom }, address);
    for (const address of outside)
      assert.throws(
        () => refuseIfElsewhere({ allowFrom }, address),
        (error) => error instanceof Refusal && error.code === 'forbidden',
        address,
      );
  }
  refuseIfElsewhere({ allowFrom: undefined }, 'anywhere');
});

test('what is no network', () => {
  for (const network of [
    '',
    '10.0.0.0/33',
    '::/129',
    '10.0.0/8',
    'example.com',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    ' 10.0.0.1',
  ])
    assert.equal(readAllowList([network]), undefined, network);
});
