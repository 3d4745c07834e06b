/**
 * A process that uses an embedded cluster, to be killed by tests: `node holder.ts <data dir> [binaries JSON]`.
 * Prints one JSON line when the server answers; SIGINT and SIGTERM end it properly.
 */
import { type Binaries } from '../../src/platform/embedded/binaries.ts';
import { startEmbedded } from '../../src/platform/embedded/cluster.ts';

const [dataDir = '', given] = process.argv.slice(2);
const binaries = given === undefined ? {} : { binaries: JSON.parse(given) as Binaries };
const progress: string[] = [];
const cluster = await startEmbedded({ dataDir, ...binaries, onProgress: (line) => progress.push(line) });
const alive = setInterval(() => undefined, 60_000);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    clearInterval(alive);
    void cluster.stop();
  });
}
const url = cluster.url('postgres', 'postgres');
console.log(JSON.stringify({ pid: cluster.pid, adopted: cluster.adopted, url, progress }));
