import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAIRS, planEpisodes } from './episode.ts';
import { backAtMs, Goodput, PROMPT_MS, SHARE_MIN, WINDOW_MS } from './goodput.ts';

test('a seed decides everything, and every pair comes before any comes again', () => {
  assert.deepEqual(planEpisodes(7, 90), planEpisodes(7, 90));
  assert.notDeepEqual(planEpisodes(7, 90), planEpisodes(8, 90));
  const first = planEpisodes(7, PAIRS.length).map(({ link, fault }) => `${link} ${fault.kind}`);
  assert.equal(new Set(first).size, PAIRS.length);
});

test('goodput is back at the end of the first window that has its share', () => {
  const goodput = new Goodput();
  const begin = (atMs: number, endsAfterMs: number) => {
    goodput.began(`${atMs}`, atMs);
    goodput.ended(`${atMs}`, atMs + endsAfterMs);
  };
  for (let atMs = 0; atMs < 1_000; atMs += 10) begin(atMs, PROMPT_MS + 1);
  for (let atMs = 1_000; atMs < 3_000; atMs += 10) begin(atMs, 5);
  assert.equal(goodput.share(0, 1_000), 0, 'late is not good');
  assert.equal(backAtMs([goodput], 0, 1_500), undefined);
  const backMs = backAtMs([goodput], 0, 3_000);
  assert.ok(backMs !== undefined && backMs <= 1_000 + WINDOW_MS);
  assert.ok((goodput.share(backMs - WINDOW_MS, backMs) ?? 0) >= SHARE_MIN);
  assert.equal(
    backAtMs([goodput, new Goodput()], 0, 3_000),
    undefined,
    'nothing was begun: nothing is known',
  );
});
