import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hmacUnder } from './crypto.ts';

describe('HMAC-SHA256 out of two hashes', () => {
  it('is what Node makes of every key and text, the long ones and those of many bytes too', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.array(fc.string({ unit: 'grapheme', maxLength: 1_200 }), { minLength: 1, maxLength: 4 }),
        (bytes, texts) => {
          const key = Buffer.from(bytes);
          const hash = hmacUnder(key);
          // One after another: what a longer text has left behind is no part of the next.
          for (const text of texts)
            assert.equal(hash(text), createHmac('sha256', key).update(text).digest('hex'));
        },
      ),
    );
  });

  it('holds a text of a thousand units of three bytes each', () => {
    const key = Buffer.alloc(32, 7);
    const text = '€'.repeat(1_000);
    assert.equal(hmacUnder(key)(text), createHmac('sha256', key).update(text).digest('hex'));
  });
});
