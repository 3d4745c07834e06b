/** The machine that figures come from, in a line. */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { median } from './results.ts';

const SYNCS = 200;
const PAGE_BYTES = 8_192;
const GIB = 1024 ** 3;

export function describeMachine(dataDir: string): string {
  const memory = Math.round(totalmem() / GIB);
  const sync = syncMs(join(dataDir, 'sync-probe')).toFixed(2);
  return `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${memory} GiB, ${sync} ms for one fdatasync of 8 kB, Node ${process.version}`;
}

/** What every commit waits for at least. */
function syncMs(path: string): number {
  const file = openSync(path, 'w');
  const page = Buffer.alloc(PAGE_BYTES, 1);
  const times = Array.from({ length: SYNCS }, () => {
    writeSync(file, page);
    const startedAtMs = performance.now();
    fdatasyncSync(file);
    return performance.now() - startedAtMs;
  });
  closeSync(file);
  rmSync(path);
  return median(times);
}
