/**
 * A file of orders at the real server, which is killed while its rows are placed. In the end each row is an order of
 * its own, and the operators' journal has delivered each once. `npm test` has some rows of it, `npm run test:long`
 * many.
 */
import assert from 'node:assert/strict';
import { mkdtemp, open, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalEntry } from '../../src/simulator/journal-entry.ts';
import { eventually } from './app.ts';
import { removeInstallation } from './remove-installation.ts';
import { postmasterPid, type ServerProcess, spawnServer, toprail } from './server-process.ts';

export interface BulkCrash {
  readonly rows: number;
  /** Who is killed when the operators have written so many lines into their journal since the last time. */
  readonly kills: readonly { readonly afterLines: number; readonly target: 'server' | 'postgres' | 'both' }[];
  readonly withinMs: number;
  readonly say: (line: string) => void;
}

/** Each tenth row is refused by its operator; the rest is delivered. */
const REFUSED_EVERY = 10;

export async function crashInBulk({ rows, kills, withinMs, say }: BulkCrash): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'toprail-bulk-'));
  let server: ServerProcess | undefined;
  try {
    server = await spawnServer({ dataDir });
    const { apiKey } = JSON.parse(await readFile(join(dataDir, 'sandbox.json'), 'utf8')) as {
      apiKey: string;
    };
    const ask = (method: string, path: string, more: RequestInit = {}) =>
      fetch(`${server?.url}${path}`, {
        ...more,
        method,
        headers: { authorization: `Bearer ${apiKey}`, ...(more.headers as Record<string, string>) },
      });
    const file = fileOf(rows);
    const upload = (key: string) =>
      ask('POST', '/v1/batches', {
        body: file,
        headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': key },
      });

    const startedAt = Date.now();
    const first = await upload('bulk');
    assert.equal(first.status, 202);
    const { id } = (await first.json()) as { id: string };
    const takenAt = Date.now();
    say(`${rows} rows taken in ${(takenAt - startedAt) / 1000} s`);

    const journal = join(dataDir, 'simulator', 'journal.ndjson');
    for (const { afterLines, target } of kills) {
      await untilMoreLines(journal, afterLines, withinMs);
      if (target !== 'server') process.kill(await postmasterPid(dataDir), 'SIGKILL');
      if (target !== 'postgres') {
        await server.kill('SIGKILL');
        server = await spawnServer({ dataDir });
      }
      say(`killed ${target} after ${(Date.now() - takenAt) / 1000} s`);
    }

    // The list counts nothing, so looking often costs the server little.
    await eventually(async () => {
      const { data } = (await (await ask('GET', '/v1/batches?limit=1')).json()) as {
        data: { state: string }[];
      };
      assert.equal(data[0]?.state, 'completed');
    }, withinMs);
    const seconds = (Date.now() - takenAt) / 1000;
    say(`every row placed after ${seconds} s: ${Math.round(rows / seconds)} a second`);
    await eventually(async () => {
      const { progress } = (await (await ask('GET', `/v1/batches/${id}`)).json()) as Batch;
      assert.deepEqual([progress.placed, progress.refused], [rows, 0]);
      assert.equal(progress.orders.in_progress, 0, JSON.stringify(progress.orders));
    }, withinMs);
    say(`every order ended after ${(Date.now() - takenAt) / 1000} s`);

    const results = await readResults(ask, id);
    assert.equal(results.length, rows);
    assert.equal(new Set(results.map(({ order }) => order)).size, rows, 'an order of its own for each row');
    const deliveries = await countDeliveries(journal);
    for (const [index, { reference, order, status }] of results.entries()) {
      assert.equal(reference, referenceOf(index));
      // Cut off between the commit and the send, an order fails when its provider knows nothing of it.
      if (status === 'delivered') assert.notEqual(index % REFUSED_EVERY, 0, `${reference} was refused`);
      else assert.equal(status, 'failed', `${reference} ${order}`);
      assert.equal(deliveries.get(order) ?? 0, status === 'delivered' ? 1 : 0, `${reference} ${order}`);
    }
    const delivered = results.filter(({ status }) => status === 'delivered').length;
    say(`${delivered} delivered, each once; ${rows - delivered} refused or cut off`);

    // The same bytes under the same key are this batch; under another, each row is found as the order that it is.
    assert.equal((await upload('bulk')).status, 200);
    const again = (await (await upload('bulk-again')).json()) as { id: string };
    await eventually(async () => {
      const { progress } = (await (await ask('GET', `/v1/batches/${again.id}`)).json()) as Batch;
      assert.equal(progress.replayed, rows);
    }, withinMs);
    assert.deepEqual(await countDeliveries(journal), deliveries, 'nothing was sent again');

    const verified = await toprail(['verify', '--json', '--settle-seconds', '0'], dataDir);
    const report = JSON.parse(verified.stdout) as { checks: { violations: number }[] };
    assert.deepEqual(
      report.checks.filter(({ violations }) => violations > 0),
      [],
    );
  } finally {
    await server?.kill('SIGTERM');
    await removeInstallation(dataDir);
  }
}

interface Batch {
  readonly progress: {
    readonly placed: number;
    readonly replayed: number;
    readonly refused: number;
    readonly orders: { readonly in_progress: number };
  };
}

interface Result {
  readonly reference: string;
  readonly order: string;
  readonly status: string;
}

function referenceOf(index: number): string {
  return `bulk-${index + 1}`;
}

function fileOf(rows: number): string {
  return Array.from({ length: rows }, (_, index) => {
    const suffix = index % REFUSED_EVERY === 0 ? 9001 : 7000 + (index % 1000);
    const row = {
      reference: referenceOf(index),
      product: 173,
      recipient: { phone: `+5093637${suffix}` },
      amount: { value: '1.00', currency: 'USD' },
    };
    return `${JSON.stringify(row)}\n`;
  }).join('');
}

/** Looks at the file as fast as it can: a few hundred rows are placed in a moment. */
async function untilMoreLines(path: string, lines: number, withinMs: number): Promise<void> {
  const endsAt = Date.now() + withinMs;
  let { size: read } = await stat(path);
  let seen = 0;
  const buffer = Buffer.alloc(1 << 16);
  const file = await open(path);
  try {
    while (seen < lines) {
      assert.ok(Date.now() < endsAt, `only ${seen} new lines in the journal`);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, read);
      read += bytesRead;
      for (const byte of buffer.subarray(0, bytesRead)) if (byte === 0x0a) seen += 1;
      if (bytesRead === 0) await stat(path); // another turn
    }
  } finally {
    await file.close();
  }
}

async function readResults(
  ask: (method: string, path: string, more?: RequestInit) => Promise<Response>,
  id: string,
): Promise<Result[]> {
  const answer = await ask('GET', `/v1/batches/${id}/results`, {
    headers: { accept: 'application/x-ndjson' },
  });
  return (await answer.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Result);
}

/** How often each order was delivered, by the witness of the operators. */
async function countDeliveries(path: string): Promise<Map<string, number>> {
  const deliveries = new Map<string, number>();
  for (const line of (await readFile(path, 'utf8')).trimEnd().split('\n')) {
    const { event, reference } = JSON.parse(line) as JournalEntry;
    if (event !== 'delivered') continue;
    const order = `ord_${reference.split('-')[1]}`;
    deliveries.set(order, (deliveries.get(order) ?? 0) + 1);
  }
  return deliveries;
}
