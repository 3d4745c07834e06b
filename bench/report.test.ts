import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { CASES, type Case } from './cases.ts';
import { chart } from './chart.ts';
import { type Growth, growthPage } from './growth-page.ts';
import { page } from './report.ts';
import { type MeasuredRound, type Results, resultOf, worthless } from './results.ts';
import { SERVER_FLAGS } from './servers.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');

describe('what the last whole run has left', () => {
  const measured = JSON.parse(read('measured.json')) as Results;

  it('stands in README.md and chart.svg', () => {
    assert.equal(read('README.md'), page(measured));
    assert.equal(read('chart.svg'), chart(measured));
  });

  it('is of the cases and goals of today', () => {
    assert.deepEqual(
      measured.cases.map(({ name, goal }) => ({ name, goal })),
      CASES.map(({ name, goal }) => ({ name, goal })),
    );
    assert.equal(measured.ok, true);
  });
});

describe('what the last measurement of growth has left', () => {
  it('stands in growth.md', () => {
    assert.equal(read('growth.md'), growthPage(JSON.parse(read('growth.json')) as Growth));
  });
});

it('measures the server as npm start runs it', () => {
  const { scripts } = JSON.parse(read('../package.json')) as { scripts: { start: string } };
  assert.ok(scripts.start.includes(`node ${SERVER_FLAGS.join(' ')} `), scripts.start);
});

describe('a result', () => {
  const one: Case = {
    name: 'x & y',
    on: 'accepting',
    goal: { rate: 100, ratio: 5, p99Ms: 20, diskBytes: 2_000, memoryMb: 400 },
    requests: () => [],
    connections: 1,
    seconds: { full: 1 },
    rounds: 3,
    naive: true,
  };
  const round = (rate: number, p99Ms: number): MeasuredRound => ({
    rate,
    p50Ms: 1,
    p99Ms,
    done: rate,
    refused: 0,
    failed: 0,
    failure: undefined,
    usage: {
      cpu: { server: 0.5, postgres: 0.25, simulator: null, load: 0.1 },
      walBytes: rate * 1_000,
      diskBytes: rate * 1_900,
      peakBytes: 300 * 1024 * 1024,
    },
  });
  const product = [round(110, 30), round(300, 10), round(90, 15)];

  it('is the median of its rounds, beside the naive one, held against its goal', () => {
    const result = resultOf(one, { product, naive: [round(20, 90), round(25, 80), round(40, 70)] });
    assert.equal(result.rate, 110);
    assert.deepEqual(result.spread, [90, 300]);
    assert.equal(result.p99Ms, 15);
    assert.equal(result.naiveRate, 25);
    assert.equal(result.ratio, 4.4);
    assert.equal(result.naive?.p99Ms, 80);
    assert.deepEqual(result.cpuSeconds, { server: 1.5, postgres: 0.75, simulator: null, load: 0.3 });
    assert.equal(result.walBytesPerOrder, 1_000);
    assert.equal(result.memoryMb, 300);
    assert.deepEqual(result.missed, ['ratio']);
  });

  it('is worth nothing when the books are wrong', () => {
    const result = worthless(resultOf(one, { product, naive: [round(20, 90)] }));
    assert.equal(result.rate, 0);
    assert.equal(result.ratio, 0);
    assert.deepEqual(result.missed, ['rate', 'ratio']);
  });

  it('is written and drawn with its figures', () => {
    const result = resultOf(one, { product, naive: [round(20, 90)] });
    const results: Results = { ok: true, at: '2026-01-01', machine: 'a machine', cases: [result] };
    assert.match(page(results), /\| x & y \| 110 \| 90 - 300 \| 1\.0 \| 15\.0 \| 20 \| 90\.0 \| 5\.5 \|/);
    assert.match(page(results), /100 a second: ok, 5 x naive: ok/);
    assert.match(chart(results), /x &amp; y[\s\S]*110 {2}\(5\.5 x\)[\s\S]*20 naive/);
  });
});
