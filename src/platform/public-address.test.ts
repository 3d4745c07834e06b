import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPublicAddress } from './public-address.ts';

const PUBLIC = [
  '1.1.1.1',
  '9.255.255.255',
  '100.63.255.255',
  '100.128.0.0',
  '172.32.0.1',
  '192.167.0.1',
  '223.255.255.255',
];
const PUBLIC_V6 = ['2606:4700::1111', '2a00:1450:4001::8a', '2400:cb00::1', '2001:200::1'];
const INTERNAL: readonly string[] = [
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '100.100.100.200',
  '127.0.0.1',
  '127.255.255.254',
  '168.63.129.16',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.168.1.1',
  '198.19.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '64:ff9b::7f00:1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%lo',
  'ff02::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  'localhost',
  '',
  '1.1.1',
];

test('what is out on the internet, and what is not', () => {
  for (const address of [...PUBLIC, ...PUBLIC_V6]) assert.ok(isPublicAddress(address), address);
  for (const address of INTERNAL) assert.ok(!isPublicAddress(address), address);
});
