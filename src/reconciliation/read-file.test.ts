import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Mapping, ownMapping } from './mapping.ts';
import { readStatementFile, UnreadableStatement } from './read-file.ts';

async function readText(mapping: Mapping, text: string | Buffer) {
  const bytes = async function* () {
    yield Buffer.from(text);
  };
  const lines: [number: number, read: string][] = [];
  for await (const { number, read } of readStatementFile(mapping, bytes()))
    lines.push([
      number,
      read.kind === 'line' ? `${read.line.amount}` : read.kind === 'malformed' ? read.issue : 'left out',
    ]);
  return lines;
}

const CSV: Mapping = { ...ownMapping('csv'), delimiter: ';' };
const HEADER = 'at;verdict;their_reference;amount;currency;note\n';
const ROW = '2026-11-22T10:00:00Z;delivered;A1;10.00;USD;"a;b\nc"\n';

test('CSV by its header: columns in any order, others beside them, and the number of each line', async () => {
  const text = `\ufeff${HEADER}${ROW}\n${ROW.replace('10.00', 'ten')}1;2\n"x"y\n${ROW.replace('delivered', 'pending')}`;
  assert.deepEqual(await readText(CSV, text), [
    [2, '1000'],
    [5, 'amount is no amount of USD'],
    [7, 'it has 2 cells, and the header 6'],
    [8, 'its quotes are not those of CSV'],
    [9, 'left out'],
  ]);
});

test('bytes that are no text, and lines without end, are lines that cannot be read', async () => {
  const rows = [Buffer.from(HEADER), Buffer.from([0xff, 0x0a]), Buffer.from(`${'x'.repeat(20_000)}\n${ROW}`)];
  assert.deepEqual(await readText(CSV, Buffer.concat(rows)), [
    [2, 'the line is no text in UTF-8'],
    [3, 'the line is longer than 16384 bytes'],
    [4, '1000'],
  ]);
});

test('a file without a column that every line needs, or with one twice, is not read', async () => {
  for (const header of ['at;verdict;currency\n', 'at;at;verdict;amount;currency\n', '', '"\n']) {
    const text = header === '' ? '\n\nx\n' : header;
    await assert.rejects(readText(CSV, text + ROW), UnreadableStatement, header);
  }
  assert.deepEqual(await readText(CSV, ''), []);
});

test('JSON as a list or as lines; elements of one line count on', async () => {
  const json = ownMapping('json');
  const one = '{"at":"2026-11-22T10:00:00Z","verdict":"delivered","amount":10.5,"currency":"USD"}';
  assert.deepEqual(await readText(json, `[${one},${one},\n\n7]`), [
    [1, '1050'],
    [2, '1050'],
    [3, 'it is no JSON object'],
  ]);
  assert.deepEqual(await readText(json, `${one}\n{"at":1,"at":2}\n${one}`), [
    [1, '1050'],
    [2, 'it is no JSON object'],
    [3, '1050'],
  ]);
  assert.deepEqual(await readText(json, `[${one},{"at":`), [
    [1, '1050'],
    [2, 'it is no JSON object'],
  ]);
});
