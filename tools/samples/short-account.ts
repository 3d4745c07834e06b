/**
 * The account of the sample that a wallet has too little: 250.50 rupees, where a recharge costs 299. It is made by the
 * commands of the command line, once for each installation; nothing is ever taken from it.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const NAME = 'Samples, short of money';
const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli.ts');

/** Its API key, of a client that is made for this run, and how to end that client. */
export async function openShortAccount(
  dataDir: string,
): Promise<{ readonly apiKey: string; close(): Promise<void> }> {
  const account = await ensureAccount(dataDir);
  const money = ['--currency', 'INR', '--amount', '250.50', '--reason', NAME, '--key', `samples-${account}`];
  await toprail(dataDir, 'wallet', 'fund', '--account', account, ...money);
  const made = await toprail(dataDir, 'client', 'create', '--account', account, '--name', 'samples');
  const { id, apiKey } = made as { id: string; apiKey: string }; // our own command's answer
  return {
    apiKey,
    close: async () => {
      await toprail(dataDir, 'client', 'revoke', id);
    },
  };
}

async function ensureAccount(dataDir: string): Promise<string> {
  const { data } = (await toprail(dataDir, 'account', 'list')) as { data: { id: string; name: string }[] };
  const there = data.find(({ name }) => name === NAME);
  if (there) return there.id;
  const kind = ['--environment', 'sandbox', '--plan', 'sandbox'];
  return ((await toprail(dataDir, 'account', 'create', '--name', NAME, ...kind)) as { id: string }).id;
}

async function toprail(dataDir: string, ...args: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args, '--json'], {
    env: { ...process.env, TOPRAIL_DATA_DIR: dataDir },
  });
  return JSON.parse(stdout);
}
