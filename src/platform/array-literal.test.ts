import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { arrayLiteral } from './array-literal.ts';

describe('arrayLiteral', () => {
  const rows: readonly (readonly [unknown[], string])[] = [
    [[], '{}'],
    [[1n, 2, -3n, 1.5], '{1,2,-3,1.5}'],
    [[null, undefined], '{NULL,NULL}'],
    [[true, false], '{t,f}'],
    [['plain', 'null', 'NULL', ''], '{plain,"null","NULL",""}'],
    [['a b', 'a,b', '{}', '"', '\\'], '{"a b","a,b","{}","\\"","\\\\"}'],
    [[Buffer.from([0, 255])], '{"\\\\x00ff"}'],
  ];
  for (const [values, text] of rows) it(text, () => assert.equal(arrayLiteral(values), text));
  it('refuses what has no text form', () => assert.throws(() => arrayLiteral([{}]), TypeError));
});
