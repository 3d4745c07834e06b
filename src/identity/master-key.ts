/**
 * The master key wraps the data key and the signing key; the database never sees it. It comes from
 * `TOPRAIL_MASTER_KEY`, or from `<data dir>/master.key` where the database is the embedded one: then the key and
 * what it opens lie in one directory anyway. A database of the user's without a key stops the start: a key made
 * up beside it would be lost with this machine, and everything that was sealed with it.
 */
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { randomKey } from '../platform/crypto.ts';
import { codeOf } from '../platform/postgres.ts';

const KEY_BYTES = 32;
const FILE = 'master.key';
const FILE_MODE = 0o600;

/** Keys are missing or do not fit. The message is one line for whoever starts the switch. */
export class KeyFault extends Error {
  override readonly name = 'KeyFault';
}

interface MasterKeyPlace {
  readonly given: Buffer | undefined;
  readonly dataDir: string;
  readonly database: 'embedded' | 'own';
}

/** Throws a KeyFault. */
export async function findMasterKey({ given, dataDir, database }: MasterKeyPlace): Promise<Buffer> {
  if (given) return given;
  if (database === 'own') {
    throw new KeyFault(
      'TOPRAIL_MASTER_KEY must be set with a database of your own: 32 bytes in base64, such as `openssl rand -base64 32` prints',
    );
  }
  const path = join(dataDir, FILE);
  return (await readKeyFile(path)) ?? (await createKeyFile(dataDir, path));
}

/** 32 bytes in base64 (either alphabet, padded or not) or hex; undefined for anything else. */
export function parseMasterKey(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined;
  const key = Buffer.from(text, 'base64');
  return key.length === KEY_BYTES ? key : undefined;
}

async function readKeyFile(path: string): Promise<Buffer | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new KeyFault(`${path} cannot be read: ${codeOf(error) ?? 'unknown error'}`);
  }
  const key = parseMasterKey(text.trim());
  if (!key) throw new KeyFault(`${path} must hold 32 bytes in base64 or hex`);
  return key;
}

/** Whole or not at all: written and synced under another name, then linked, which only one process can do. */
async function createKeyFile(dataDir: string, path: string): Promise<Buffer> {
  await mkdir(dataDir, { recursive: true });
  const key = randomKey();
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, 'wx', FILE_MODE);
  try {
    await file.writeFile(`${key.toString('base64')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    const other = await readKeyFile(path);
    if (other) return other;
    throw new KeyFault(`${path} was taken away while it was read`);
  } finally {
    await unlink(draft);
  }
  await syncDirectory(dataDir);
  return key;
}

/** The file's name must outlive a power cut as what is sealed with the key will. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
