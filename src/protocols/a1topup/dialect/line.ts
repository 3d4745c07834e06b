/** `format=csv`: one line of the wire form, in the order that integrations split it. */
import type { WireAnswer, WireBalance, WireLookup } from '../wire.ts';

export function lineOf(answer: WireAnswer | WireBalance | WireLookup): string {
  if ('balance' in answer) return answer.balance;
  if ('txid' in answer) {
    const { txid, status, opid, pin, serial } = answer;
    return pin === undefined ? join(txid, status, opid) : join(txid, status, opid, pin, serial ?? '');
  }
  const { number, operator, operatorcode, circle, circlecode, circlesource } = answer;
  return join(number, operator, operatorcode, circle, circlecode, circlesource);
}

/** Nobody who splits at commas understands quotes: a comma or a line break inside a value becomes a space. */
function join(...values: readonly string[]): string {
  return values.map((value) => value.replaceAll(/[,\p{Cc}\u2028\u2029]+/gu, ' ')).join(',');
}
