import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeText, writeXml } from './xml.ts';

test('members are elements, lists have named elements, nulls are absent', () => {
  const xml = writeXml({
    currency: 'USD',
    none: null,
    bundles: [{ bundle_id: 'BND001', data_megabytes: 1024 }, { bundle_id: 'BND002' }],
    history: [],
    valid: true,
  });
  assert.equal(
    xml,
    '<?xml version="1.0" encoding="UTF-8"?>\n<response><currency>USD</currency><bundles>' +
      '<bundle><bundle_id>BND001</bundle_id><data_megabytes>1024</data_megabytes></bundle>' +
      '<bundle><bundle_id>BND002</bundle_id></bundle></bundles><history></history><valid>true</valid></response>',
  );
});

const TEXTS: [text: string, escaped: string][] = [
  ['<script>alert("x")</script>', '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;'],
  ["a & b ' c", 'a &amp; b &apos; c'],
  [']]>', ']]&gt;'],
  ['&amp;', '&amp;amp;'],
  ['\0\u0008\u000b\u001f', '\ufffd\ufffd\ufffd\ufffd'],
  ['\t\n', '\t\n'],
  ['a\r\nb', 'a&#13;\nb'],
  ['\ud800', '\ufffd'],
  ['\ufffe\uffff', '\ufffd\ufffd'],
  ['🦜\u202e', '🦜\u202e'],
];
for (const [text, escaped] of TEXTS) {
  test(`escapes ${JSON.stringify(text)}`, () => assert.equal(escapeText(text), escaped));
}

test('a name that is not an element, and a list without a name, are bugs of ours', () => {
  assert.throws(() => writeXml({ 'a b': 1 }));
  assert.throws(() => writeXml({ things: [1] }));
});
