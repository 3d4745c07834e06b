/**
 * `kill -9` of the server, of PostgreSQL and of both, under load. The client numbers its orders and remembers what
 * was acknowledged; after the last kill everything converges, and the books and the operators' journal agree.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { eventually } from '../harness/app.ts';
import { postmasterPid, type ServerProcess, spawnServer, toprail } from '../harness/server-process.ts';

const KILLS = 20;
const CLIENTS = 24;
/** Orders that are acknowledged between two kills, at least. */
const ORDERS_BETWEEN_KILLS = 60;
/** After the last kill: the lease of an attempt (20 s), its verification, and the longest scenario of the sandbox. */
const CONVERGE_MS = 90_000;
const SUFFIXES = [
  '7111',
  '7112',
  '7113',
  '7114',
  '9000',
  '9001',
  '9005',
  '9006',
  '9007',
  '9010',
  '9013',
  '9015',
];

describe(`${KILLS} kills under load`, () => {
  let server: ServerProcess | undefined;
  let dataDir = '';
  after(async () => {
    await server?.kill('SIGTERM');
    await rm(dataDir, { recursive: true, force: true });
  });

  it('lose nothing that was acknowledged and double nothing', { timeout: 6 * 60_000 }, async (context) => {
    dataDir = await mkdtemp(join(tmpdir(), 'toprail-crash-'));
    server = await spawnServer({ dataDir });
    const { apiKey } = JSON.parse(await readFile(join(dataDir, 'sandbox.json'), 'utf8')) as {
      apiKey: string;
    };
    const acknowledged = new Map<string, string>();
    let number = 0;
    const load = { running: true };
    let refused = 0;

    const place = async (url: string, reference: string): Promise<string | undefined> => {
      const suffix = SUFFIXES[Number(reference.split('-')[1]) % SUFFIXES.length];
      try {
        const response = await fetch(`${url}/v1/orders`, {
          method: 'POST',
          headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
          body: JSON.stringify({
            reference,
            product: 173,
            recipient: { phone: `+5093637${suffix}` },
            amount: { value: '1.00', currency: 'USD' },
            deadline_seconds: 30,
          }),
        });
        if (response.status !== 201 && response.status !== 200) return void (refused += 1);
        return ((await response.json()) as { id: string }).id;
      } catch {
        refused += 1; // no answer: the order may be there or not, and only a repeat with its reference tells
        await new Promise((resolve) => setTimeout(resolve, 20));
        return undefined;
      }
    };
    const clients = Array.from({ length: CLIENTS }, async () => {
      while (load.running) {
        const reference = `order-${number++}`;
        const url = server?.url ?? '';
        const id = await place(url, reference);
        if (id) acknowledged.set(reference, id);
      }
    });

    for (let kill = 0; kill < KILLS; kill++) {
      const enough = acknowledged.size + ORDERS_BETWEEN_KILLS;
      await eventually(
        () => assert.ok(acknowledged.size >= enough, `only ${acknowledged.size} acknowledged`),
        30_000,
      );
      const target = (['server', 'postgres', 'both'] as const)[kill % 3];
      if (target !== 'server') process.kill(await postmasterPid(dataDir), 'SIGKILL');
      if (target !== 'postgres') {
        await server.kill('SIGKILL');
        server = await spawnServer({ dataDir });
      }
    }
    load.running = false;
    await Promise.all(clients);
    const { url } = server;

    // A repeat of what was never answered gives the order that is there, or makes it: never a second one.
    const repeated = await Promise.all(
      Array.from({ length: 50 }, (_, n) => place(url, `order-${number - 1 - n}`)),
    );
    assert.ok(repeated.every((id) => id !== undefined));

    const read = async (id: string): Promise<{ status: string }> => {
      const response = await fetch(`${url}/v1/orders/${id}`, {
        headers: { authorization: `Bearer ${apiKey}` },
      });
      assert.equal(response.status, 200, `${id} was acknowledged and is gone`);
      return (await response.json()) as { status: string };
    };
    const open = new Set(acknowledged.values());
    await eventually(async () => {
      for (const id of open) {
        const { status } = await read(id);
        if (['delivered', 'failed'].includes(status)) open.delete(id);
        else break;
      }
      assert.equal(open.size, 0, `${open.size} orders have not ended`);
    }, CONVERGE_MS);

    const verified = await toprail(['verify', '--json', '--settle-seconds', '0'], dataDir);
    const report = JSON.parse(verified.stdout) as { ok: boolean; checks: { violations: number }[] };
    assert.deepEqual(
      report.checks.filter(({ violations }) => violations > 0),
      [],
    );
    assert.equal(verified.status, 0);
    context.diagnostic(
      `${acknowledged.size} orders acknowledged, ${refused} requests without a success, ${KILLS} kills, 0 violations`,
    );
  });
});
