/**
 * An installation of several processes, each started as a user starts it: servers of any role on one data directory,
 * the embedded PostgreSQL that they share and start again, and the pretend operators. All of them may be killed.
 */
import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../harness/app.ts';
import { removeInstallation } from '../harness/remove-installation.ts';
import { postmasterPid } from '../harness/server-process.ts';
import { writeArmed } from './points.ts';
import { makeSlot, type Role, type Slot } from './slot.ts';

export interface Fleet {
  readonly dataDir: string;
  readonly apiKey: string;
  readonly slots: readonly Slot[];
  /** From now on these serve: whoever has another role is ended. The first one is called back by the operators. */
  man(roles: readonly Role[]): Promise<void>;
  readonly simulator: Slot;
  killPostgres(): Promise<void>;
  /** Every server that lives answers that it can take orders. */
  allReady(): Promise<void>;
  /** Points at which a process has died, in order. */
  hits(): Promise<string[]>;
  /** What processes have said that have ended without being told to. */
  readonly deserters: readonly string[];
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const PRELOAD = join(import.meta.dirname, 'preload.ts');
/** Below the ports that systems hand out by themselves: nobody takes one while its process is dead. */
const PORT_MIN = 20_000;
const PORTS = 10_000;
const SLOTS_MAX = 5;
const READY_MS_MAX = 30_000;

export async function openFleet(roles: readonly Role[]): Promise<Fleet> {
  const dataDir = await mkdtemp(join(tmpdir(), 'toprail-crash-'));
  const ports = await freePorts(1 + SLOTS_MAX);
  const deserters: string[] = [];
  const onDesertion = (told: string) => void deserters.push(told);
  const record = join(dataDir, 'crash-points');
  const operatorsEnv: Record<string, string> = { TOPRAIL_SIMULATOR_PORT: `${ports[SLOTS_MAX]}` };
  const simulator = makeSlot({
    program: 'simulator',
    role: 'all',
    url: `http://${HOST}:${ports[SLOTS_MAX]}`,
    options: () => ({ dataDir, env: operatorsEnv }),
    onDesertion,
  });
  const slots: Slot[] = [];
  const makeServer = (role: Role, port: number | undefined) =>
    makeSlot({
      program: 'server',
      role,
      url: `http://${HOST}:${port}`,
      options: (armed) => ({
        dataDir,
        preload: PRELOAD,
        env: {
          TOPRAIL_PORT: `${port}`,
          TOPRAIL_ROLE: role,
          TOPRAIL_SIMULATOR_PORT: `${ports[SLOTS_MAX]}`,
          CRASH_RECORD: record,
          ...(armed ? { CRASH_AT: writeArmed(armed) } : {}),
        },
      }),
      onDesertion,
    });

  const man = async (wanted: readonly Role[]) => {
    const same = slots.findIndex(({ role }, index) => wanted[index] !== role);
    const leaving = slots.splice(same === -1 ? wanted.length : same);
    await Promise.all(leaving.map((slot) => slot.stop()));
    const coming = wanted
      .map((role, index) => ({ role, port: ports[index] }))
      .slice(slots.length)
      .map(({ role, port }) => makeServer(role, port));
    slots.push(...coming);
    await Promise.all(coming.map((slot) => slot.start()));
  };
  const close = async () => {
    await Promise.all(slots.map((slot) => slot.stop()));
    await simulator.stop();
    await removeInstallation(dataDir);
  };

  try {
    await simulator.start();
    await man(roles.slice(0, 1));
    // Where the operators are to call and how they sign: each server writes it, and the first one's is wanted.
    const callbacks = await readFile(join(dataDir, 'simulator', 'callbacks.env'), 'utf8');
    for (const [, name = '', value = ''] of callbacks.matchAll(/^(\w+)=(.*)$/gm)) operatorsEnv[name] = value;
    await simulator.stop();
    await simulator.start();
    await man(roles);
  } catch (error) {
    await close();
    throw error;
  }
  const { apiKey } = JSON.parse(await readFile(join(dataDir, 'sandbox.json'), 'utf8')) as { apiKey: string };
  return {
    dataDir,
    apiKey,
    slots,
    man,
    simulator,
    // Its sessions outlive it for a moment, so a server may answer before it has been started again.
    killPostgres: () =>
      eventually(async () => void process.kill(await postmasterPid(dataDir), 'SIGKILL'), READY_MS_MAX),
    allReady: () =>
      eventually(async () => {
        for (const slot of slots.filter((one) => one.isUp())) {
          const { ok } = await fetch(`${slot.url}/readyz`, { signal: AbortSignal.timeout(READY_MS_MAX) });
          if (!ok) throw new Error(`${slot.role} at ${slot.url} cannot take orders`);
        }
      }, READY_MS_MAX),
    hits: async () =>
      (await readFile(record, 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''),
    deserters,
    close,
  };
}

/** From a place of this process's own, so that two runs at once do not look at the same ones. */
async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let at = (process.pid * (SLOTS_MAX + 1)) % PORTS; ports.length < count; at = (at + 1) % PORTS) {
    if (await isFree(PORT_MIN + at)) ports.push(PORT_MIN + at);
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, HOST, () => resolve(true));
  });
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}
