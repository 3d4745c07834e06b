/**
 * Takes a file of rows in: chunk by chunk, so that no file is ever whole in memory. Only when the last row is
 * durable does the batch become a promise; until then a break leaves nothing behind, and the same key begins anew.
 */
import { createHash } from 'node:crypto';
import type { BatchId } from '../../core/ids.ts';
import type { Caller } from '../../identity/clients.ts';
import type { Engine } from '../engine.ts';
import type { NewRow } from './batch.ts';
import { acceptBatch, addRows, dropBatch, type Hold, openBatch } from './store.ts';

/** A statement of this many takes some 20 ms. */
const CHUNK_ROWS = 1_000;
/** An upload that says nothing for so long is dead: its rows are removed. */
const QUIET_SECONDS_MAX = 3_600;

export interface BatchUpload {
  readonly caller: Caller;
  /** The client's own name of the upload, unique in its account. */
  readonly key: string;
  /** The bytes as they come. Throws what ends the upload. */
  readonly bytes: AsyncIterable<Buffer>;
  /** Rows of the bytes; a row that cannot be read is a row, too. Throws what ends the upload. */
  readonly readRows: (bytes: AsyncIterable<Buffer>) => AsyncIterable<NewRow>;
}

export type Received =
  | { readonly kind: 'accepted'; readonly id: BatchId }
  /** The key stands for a batch of this very content. */
  | { readonly kind: 'replayed'; readonly id: BatchId }
  | { readonly kind: 'rejected'; readonly why: 'key_reused' | 'overtaken' | 'empty' };

export async function receiveBatch(
  engine: Pick<Engine, 'database' | 'vault' | 'mint'>,
  { caller, key, bytes, readRows }: BatchUpload,
): Promise<Received> {
  const { database, vault } = engine;
  const opened = await openBatch(database, {
    accountId: caller.accountId,
    id: engine.mint.next() as BatchId, // the mint makes ids of every kind
    clientId: caller.clientId,
    keyHash: vault.hash('batch-key', key),
    quietSeconds: QUIET_SECONDS_MAX,
  });
  const content = createHash('sha256');
  const hashed = hashing(bytes, content);
  // A plain hash of a short list of phone numbers could be enumerated.
  const contentHash = () => vault.hash('batch-content', content.digest('hex'));
  if (opened.contentHash !== undefined) {
    for await (const _ of hashed);
    return contentHash() === opened.contentHash
      ? { kind: 'replayed', id: opened.id }
      : { kind: 'rejected', why: 'key_reused' };
  }
  try {
    const rowCount = await storeRows(engine, opened, readRows(hashed));
    if (rowCount === undefined) return { kind: 'rejected', why: 'overtaken' };
    if (rowCount > 0) {
      const accepted = await acceptBatch(database, opened, { contentHash: contentHash(), rowCount });
      return accepted ? { kind: 'accepted', id: opened.id } : { kind: 'rejected', why: 'overtaken' };
    }
  } catch (error) {
    // What is left of it is due in an hour; here it is only removed sooner. The upload failed for its own reason.
    await dropBatch(database, opened).catch(() => undefined);
    throw error;
  }
  await dropBatch(database, opened);
  return { kind: 'rejected', why: 'empty' };
}

/** How many; undefined when another upload of the same key has begun since. */
async function storeRows(
  engine: Pick<Engine, 'database' | 'vault'>,
  hold: Hold,
  rows: AsyncIterable<NewRow>,
): Promise<number | undefined> {
  let count = 0;
  let chunk: NewRow[] = [];
  const flush = async () => {
    if (chunk.length === 0) return true;
    const taken = await addRows(engine, hold, { rows: chunk, quietSeconds: QUIET_SECONDS_MAX });
    count += chunk.length;
    chunk = [];
    return taken;
  };
  for await (const row of rows) {
    chunk.push(row);
    if (chunk.length === CHUNK_ROWS && !(await flush())) return undefined;
  }
  return (await flush()) ? count : undefined;
}

async function* hashing(
  bytes: AsyncIterable<Buffer>,
  hash: { update(bytes: Buffer): unknown },
): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}
