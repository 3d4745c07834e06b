import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMetrics } from './metrics.ts';

describe('metrics', () => {
  const linesOf = async (metrics: ReturnType<typeof createMetrics>, name: string) =>
    (await metrics.text())
      .split('\n')
      .filter((line) => line.startsWith(name))
      .map((line) => line.replace(/,?otel_scope_name="toprail"/, ''));

  it('count by labels', async () => {
    const metrics = createMetrics();
    metrics.count('toprail_requests', { route: '/a', status: '200' });
    metrics.count('toprail_requests', { route: '/a', status: '404' }, 2);
    metrics.count('toprail_requests', { route: '/a', status: '200' });
    assert.deepEqual(await linesOf(metrics, 'toprail_requests'), [
      'toprail_requests_total{route="/a",status="200"} 2',
      'toprail_requests_total{route="/a",status="404"} 2',
    ]);
  });

  it('tell how many values were as large as a boundary or less, and what they add up to', async () => {
    const metrics = createMetrics();
    for (const rows of [1, 2, 2, 3, 600]) metrics.record('toprail_intake_batch_rows', rows);
    const lines = await linesOf(metrics, 'toprail_intake_batch_rows');
    for (const line of [
      'toprail_intake_batch_rows_count{} 5',
      'toprail_intake_batch_rows_sum{} 608',
      'toprail_intake_batch_rows_bucket{,le="1"} 1',
      'toprail_intake_batch_rows_bucket{,le="2"} 3',
      'toprail_intake_batch_rows_bucket{,le="4"} 4',
      'toprail_intake_batch_rows_bucket{,le="512"} 4',
      'toprail_intake_batch_rows_bucket{,le="+Inf"} 5',
    ]) {
      assert.ok(lines.includes(line), `${line} of\n${lines.join('\n')}`);
    }
  });

  it('time the requests of each route apart', async () => {
    const metrics = createMetrics();
    metrics.record('toprail_request_seconds', 0.004, '/a');
    metrics.record('toprail_request_seconds', 99, '/b');
    const lines = await linesOf(metrics, 'toprail_request_seconds');
    assert.ok(lines.includes('toprail_request_seconds_bucket{route="/a",le="0.005"} 1'));
    assert.ok(lines.includes('toprail_request_seconds_bucket{route="/b",le="30"} 0'));
    assert.ok(lines.includes('toprail_request_seconds_count{route="/b"} 1'));
  });
});
