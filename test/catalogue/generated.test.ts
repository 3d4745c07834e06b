import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { generateCatalogue } from '../../tools/gen-catalogue.ts';

const BYTES_MAX = 3_000_000;

test('the checked-in catalogue is what the generator writes', async () => {
  const files = generateCatalogue();
  let bytes = 0;
  for (const [path, text] of files) {
    const checkedIn = await readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
    assert.ok(checkedIn === text, `${path} is stale: run npm run gen`);
    bytes += Buffer.byteLength(text);
  }
  assert.ok(bytes < BYTES_MAX, `${bytes} bytes`);
});
