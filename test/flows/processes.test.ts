/** Several processes behind one port: connections are shared out, one that dies is replaced, nothing is lost. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { LANES, parseId } from '../../src/core/ids.ts';
import { eventually } from '../harness/app.ts';
import { type ServerProcess, spawnServer, toprail } from '../harness/server-process.ts';
import { freshDirectory } from '../platform/embedded-kit.ts';

const COUNTER_BITS = 6n;
/** What follows a death begins after pauses of seconds. */
const SLOW_MACHINE_MS = 60_000;

describe('TOPRAIL_PROCESSES', () => {
  it('serves one port from several processes, and replaces one that is killed', async (t) => {
    const dataDir = await freshDirectory(t);
    const server = await spawnServer({ dataDir, env: { TOPRAIL_PROCESSES: '3', TOPRAIL_PORT: '0' } });
    t.after(() => server.kill('SIGKILL'));
    const { apiKey } = JSON.parse(await readFile(join(dataDir, 'sandbox.json'), 'utf8')) as {
      apiKey: string;
    };
    // A machine with much else to do may be refused at the door: that asks for a second try, as of any client.
    const place = (reference: string) =>
      eventually(async () => {
        const placed = await placeOrder(server, { apiKey, reference });
        assert.ok(placed.status === 201 || placed.status === 200, `${placed.status}`);
        return placed;
      }, SLOW_MACHINE_MS);

    // A connection each: they are handed out in turn.
    const first = await Promise.all(Array.from({ length: 12 }, (_, index) => place(`first-${index}`)));
    const lanes = new Set(first.map(({ id }) => laneOf(id)));
    assert.equal(lanes.size, 3, 'each process mints ids of its own lane');

    const others = await childrenOf(server.child.pid as number);
    const victim = others.at(-1); // the first has more to say
    assert.ok(victim);
    process.kill(victim, 'SIGKILL');
    // Its successor, too, before it is ready: that ended the whole installation once.
    const successor = await eventually(async () => {
      const fresh = (await childrenOf(server.child.pid as number)).find((pid) => !others.includes(pid));
      assert.ok(fresh);
      return fresh;
    }, SLOW_MACHINE_MS);
    process.kill(successor, 'SIGKILL');
    await eventually(async () => {
      const children = await childrenOf(server.child.pid as number);
      assert.ok(!children.includes(victim) && !children.includes(successor));
      assert.equal(children.length, 3);
    }, SLOW_MACHINE_MS);
    await Promise.all(Array.from({ length: 6 }, (_, index) => place(`later-${index}`)));

    await server.kill('SIGTERM');
    assert.equal(server.child.exitCode, 0, server.output());
    assert.equal(server.output().match(/^toprail {2}stopped$/gm)?.length, 1, 'said once, when all have');
    assert.deepEqual(await childrenOf(server.child.pid as number), []);
    const verified = await toprail(['verify', '--json'], dataDir);
    assert.equal(verified.status, 0, verified.stdout);
  });
});

interface PlacedOrder {
  readonly status: number;
  readonly id: string;
}

function placeOrder(
  { url }: ServerProcess,
  { apiKey, reference }: { readonly apiKey: string; readonly reference: string },
): Promise<PlacedOrder> {
  const agent = new Agent({ keepAlive: false });
  const headers = {
    authorization: `Bearer ${apiKey}`,
    'content-type': 'application/json',
    prefer: 'wait=10',
  };
  const body = {
    reference,
    product: 173,
    recipient: { phone: '+50936377111' },
    amount: { value: '1.00', currency: 'USD' },
  };
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/v1/orders`, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('end', () => {
        const { id } = JSON.parse(text) as { id: string };
        resolve({ status: response.statusCode ?? 0, id });
      });
    });
    asked.once('error', reject);
    asked.end(JSON.stringify(body));
  });
}

function laneOf(id: string): bigint {
  return ((parseId('order', id) ?? 0n) >> COUNTER_BITS) % BigInt(LANES);
}

/** Process ids of the switches that a switch has started. */
async function childrenOf(pid: number): Promise<number[]> {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const children = list.trim().split(' ').filter(Boolean).map(Number);
  const commands = await Promise.all(
    children.map((child) => readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '')),
  );
  return children.filter((_, index) => commands[index]?.includes('main.ts'));
}
