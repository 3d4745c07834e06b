/** One round of load: bodies with a fresh reference each, for a while, over some connections. */
import autocannon from 'autocannon';

export interface Load {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `[<id>]` in it becomes unique in each request. */
  readonly body?: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface Round {
  /** Successful answers a second. */
  readonly rate: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly succeeded: number;
  readonly failed: number;
}

export async function run(load: Load): Promise<Round> {
  const result = await autocannon({
    url: load.url + load.path,
    method: load.method,
    headers: { 'content-type': 'application/json', ...load.headers },
    connections: load.connections,
    duration: load.seconds,
    idReplacement: load.body !== undefined,
    ...(load.body === undefined ? {} : { body: load.body }),
  });
  const succeeded = result['2xx'];
  return {
    rate: succeeded / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    succeeded,
    failed: result.non2xx + result.errors + result.timeouts,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
