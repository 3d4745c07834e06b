import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalisePhone, parseE164, senderPhoneValid } from './phone.ts';

const READ: readonly (readonly [text: string, country: string, e164: string | undefined])[] = [
  ['50936377111', 'HT', '+50936377111'],
  ['+50936377111', 'HT', '+50936377111'],
  ['0050936377111', 'HT', '+50936377111'],
  ['36377111', 'HT', '+50936377111'],
  ['08147658721', 'NG', '+2348147658721'],
  ['8147658721', 'NG', '+2348147658721'],
  ['2348147658721', 'NG', '+2348147658721'],
  ['+234 814 765-8721', 'NG', '+2348147658721'],
  ['447951631337', 'GB', '+447951631337'],
  ['07951631337', 'GB', '+447951631337'],
  ['8879685100', 'IN', '+918879685100'],
  ['9876543210', 'IN', '+919876543210'],
  ['9198765432', 'IN', '+919198765432'], // local, although it begins with the calling code
  ['+13058989796', 'US', '+13058989796'],
  ['3058989796', 'US', '+13058989796'],
  ['+14389897704', 'CA', '+14389897704'],
  ['+14389897704', 'US', undefined], // shares +1, but is Canadian
  ['+18767654321', 'JM', '+18767654321'],
  ['+18767654321', 'US', undefined],
  ['+77012345678', 'KZ', '+77012345678'],
  ['+77012345678', 'RU', undefined],
  ['+447911123456', 'GG', '+447911123456'], // a range of Guernsey under +44
  ['+447911123456', 'GB', undefined],
  ['+447951631337', 'GG', undefined],
  ['905435554433', 'TR', '+905435554433'],
  ['50936377111', 'NG', undefined],
  ['+50936377111', 'NG', undefined],
  ['+5093637711', 'HT', undefined],
  ['+509363771112', 'HT', undefined],
  ['', 'HT', undefined],
  ['+', 'HT', undefined],
  ['++50936377111', 'HT', undefined],
  ['36377abc', 'HT', undefined],
  ['36377111;ext=1', 'HT', undefined],
  ['٣٦٣٧٧١١١', 'HT', undefined],
  ['9'.repeat(1000), 'HT', undefined],
  ['36377111', 'XX', undefined],
  ['36377111', 'ht', undefined],
];
for (const [text, country, e164] of READ) {
  test(`${country} ${text.slice(0, 20)} reads as ${e164}`, () => {
    assert.equal(normalisePhone(text, country)?.e164, e164);
  });
}

test('strict E.164 has a plus and digits, and names its country', () => {
  assert.deepEqual(parseE164('+918879685100'), { e164: '+918879685100', country: 'IN' });
  for (const text of [
    '918879685100',
    '+91 8879685100',
    '+91-8879685100',
    '+0918879685100',
    '+91',
    '+9188796851000000',
  ])
    assert.equal(parseE164(text), undefined, text);
});

test('a sender is refused for letters, an impossible length or an unknown country only', () => {
  for (const [text, country] of [
    ['1231231231', 'CA'],
    ['11231231231', 'US'],
    ['13059547862', 'US'],
    ['+447772235235', 'GB'],
  ])
    assert.ok(senderPhoneValid(text as string, country as string), text);
  for (const [text, country] of [
    ['12a', 'CA'],
    ['', 'CA'],
    ['1234', 'CA'],
    ['1234567890123456', 'CA'],
    ['1231231231', 'XX'],
  ])
    assert.ok(!senderPhoneValid(text as string, country as string), text);
});
