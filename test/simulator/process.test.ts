/** `npm run simulator`: the pretend operators as a process of their own. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';

const MAIN = join(import.meta.dirname, '../../src/simulator/main.ts');
const TOPUP = {
  reference: '1-100-1',
  sku: 'airtime:1',
  number: '+2348147658721',
  amount: '1.00',
  currency: 'USD',
};
const children: ChildProcess[] = [];
let directory = '';

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'toprail-simulator-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
after(() => rm(directory, { recursive: true }));

interface Run {
  readonly child: ChildProcess;
  /** Resolves when the output matches, or with undefined when the process ends before. */
  heard(pattern: RegExp): Promise<RegExpExecArray | undefined>;
}

function run(env: Record<string, string>): Run {
  const variables = { TOPRAIL_SIMULATOR_PORT: '0', TOPRAIL_DATA_DIR: directory, ...env };
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  let isOver = false;
  const waiting: (() => void)[] = [];
  const wake = () => waiting.splice(0).forEach((look) => look());
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      wake();
    });
  }
  child.on('close', () => {
    isOver = true;
    wake();
  });
  const heard = async (pattern: RegExp) => {
    for (;;) {
      const match = pattern.exec(output);
      if (match) return match;
      if (isOver) return undefined;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  return { child, heard };
}

async function urlOf({ heard }: Run): Promise<string> {
  const url = (await heard(/listens on (\S+),/))?.[1];
  assert.ok(url, 'the simulator says where it listens');
  return url;
}

async function send(url: string): Promise<string> {
  const response = await fetch(`${url}/p/sandbox/topups`, { method: 'POST', body: JSON.stringify(TOPUP) });
  return response.text();
}

test('after kill -9 the journal is whole, the lock is taken over, the answer is the same', async () => {
  const first = run({});
  const answer = await send(await urlOf(first));
  const closed = once(first.child, 'close');
  first.child.kill('SIGKILL');
  await closed;

  const second = run({});
  const url = await urlOf(second);
  assert.equal(await send(url), answer);
  const journal = await (await fetch(`${url}/journal`)).text();
  assert.equal(journal.split('\n').filter((line) => line.includes('"event":"delivered"')).length, 1);

  const third = run({});
  assert.ok(await third.heard(/already writes the journal/));
  const secondClosed = once(second.child, 'close');
  second.child.kill('SIGTERM');
  const code = await secondClosed;
  assert.deepEqual(code, [0, null]);
});

test('a wrong environment ends with one line that names the variable', async () => {
  const rows: readonly [Record<string, string>, RegExp][] = [
    [{ TOPRAIL_SIMULATOR_PORT: 'x' }, /^simulator: TOPRAIL_SIMULATOR_PORT: not a port: x\n$/],
    [{ TOPRAIL_CALLBACK_URL: 'x' }, /^simulator: TOPRAIL_CALLBACK_URL: not a URL: x\n$/],
    [{ TOPRAIL_CALLBACK_URL: 'http://a/' }, /^simulator: TOPRAIL_CALLBACK_SECRET: needed .*\n$/],
  ];
  for (const [env, line] of rows) {
    const { child, heard } = run(env);
    assert.ok(await heard(line), String(line));
    if (child.exitCode === null) await once(child, 'exit');
    assert.equal(child.exitCode, 1);
  }
});
