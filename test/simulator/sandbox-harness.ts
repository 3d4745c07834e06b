/** A simulator, a connector to it and a receiver of its callbacks, on one clock that the test moves. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAmount } from '../../src/core/money.ts';
import { later, MovableClock, momentOf } from '../../src/core/time.ts';
import { createSandboxConnector } from '../../src/protocols/sandbox/connector/sandbox-connector.ts';
import type { Connector, Evidence, Instruction, Notice } from '../../src/routing/connector.ts';
import type { JournalEntry } from '../../src/simulator/journal-entry.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';

export const SECRET = 'a secret of the sandbox';
const SEND_MS = 3_000;
const EXPONENT = 2;

export interface Sandbox {
  readonly clock: MovableClock;
  readonly connector: Connector;
  readonly journalPath: string;
  simulator: Simulator;
  /** Callbacks that the connector authenticated and read, in order of arrival. */
  readonly notices: Notice[];
  /** What the receiver answers to callbacks. */
  callbackStatus: number;
  callbacksArrived: number;
  submit(wish: Partial<Instruction> & { readonly to: string }): Promise<Evidence>;
  /** Moves the clock and waits for what came due. */
  pass(ms: number): Promise<void>;
  /** Stops the simulator and starts it on the same journal and port. */
  restart(whileStopped?: () => Promise<void>): Promise<void>;
  /** `submitted delivered ...` of one reference. */
  history(reference: string): string[];
  entries(reference: string): readonly JournalEntry[];
  close(): Promise<void>;
}

export async function startSandbox(): Promise<Sandbox> {
  const directory = await mkdtemp(join(tmpdir(), 'toprail-simulator-'));
  const journalPath = join(directory, 'simulator', 'journal.ndjson');
  const clock = new MovableClock();
  const receiver = createServer();
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const callbackUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/callbacks/sandbox/token`;
  const start = (port: number) =>
    startSimulator({
      port,
      host: '127.0.0.1',
      journalPath,
      clock,
      callbackUrl: () => callbackUrl,
      callbackSecret: SECRET,
    });
  const simulator = await start(0);
  const connector = createSandboxConnector({
    clock,
    settings: {
      id: 'sandbox',
      environment: 'sandbox',
      connector: 'sandbox',
      config: {
        url: `${simulator.url}/p/sandbox`,
        callbackSecret: SECRET,
        addresses: [{ endsWith: '9004', url: 'http://127.0.0.1:9' }],
      },
    },
  });
  const sandbox: Sandbox = {
    clock,
    connector,
    journalPath,
    simulator,
    notices: [],
    callbackStatus: 200,
    callbacksArrived: 0,
    submit: (wish) => connector.submit(instructionOf(wish), later(momentOf(clock), SEND_MS)),
    pass: (ms) => {
      clock.advance(ms);
      return sandbox.simulator.settled();
    },
    restart: async (whileStopped) => {
      const { port } = sandbox.simulator;
      await sandbox.simulator.close();
      await whileStopped?.();
      sandbox.simulator = await start(port);
    },
    entries: (reference) =>
      sandbox.simulator.journal.entries().filter((entry) => entry.reference === reference),
    history: (reference) => sandbox.entries(reference).map((entry) => entry.event),
    close: async () => {
      await connector.close();
      await sandbox.simulator.close();
      await new Promise((resolve) => receiver.close(resolve));
      await rm(directory, { recursive: true });
    },
  };
  receiver.on('request', (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      sandbox.callbacksArrived += 1;
      const { status, notice } = readCallback(sandbox, request.headers, Buffer.concat(chunks));
      if (status === 200 && notice) sandbox.notices.push(notice);
      response.writeHead(status).end();
    });
  });
  return sandbox;
}

function readCallback(
  sandbox: Sandbox,
  headers: NodeJS.Dict<string | string[]>,
  body: Buffer,
): { readonly status: number; readonly notice: Notice | undefined } {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) texts[name] = String(value);
  const notice = sandbox.connector.readNotice({ headers: texts, body });
  assert.ok(notice, 'the simulator signs its callbacks');
  return { status: sandbox.callbackStatus, notice };
}

function instructionOf(wish: Partial<Instruction> & { readonly to: string }): Instruction {
  const { to, ...rest } = wish;
  const kind = to.includes('@') ? 'email' : 'phone';
  const amount = parseAmount('10.01', EXPONENT);
  assert.ok(amount !== undefined);
  return {
    reference: '1-100-1',
    sku: 'airtime:173',
    recipient: { kind, value: to },
    amount,
    currency: 'USD',
    exponent: EXPONENT,
    ...rest,
  };
}
