/**
 * The durable journal: newline-delimited JSON, appended only, on the disk before anything that depends on it is
 * answered. One `fdatasync` at a time; lines that arrive while it runs gather and share the next one, so the
 * disk's latency bounds the wait, not the rate.
 *
 * A crash can tear the last line only: it is cut off at the next start, since nobody was told of it. A damaged
 * line before that means that the witness was tampered with, and the start fails.
 */
import { createReadStream, type ReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Clock } from '../core/time.ts';
import { type JournalDraft, type JournalEntry, readJournalEntry } from './journal-entry.ts';
import { readLines } from './journal-lines.ts';
import { SimulatorFault } from './simulator-fault.ts';

/** Every so many entries the place in the file is kept, to start reading near any `after`. */
const INDEX_EVERY = 1024;
const FILE_MODE = 0o600;

interface Batch {
  readonly lines: string[];
  readonly durable: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Journal {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #file: FileHandle;
  #lastSeq = 0;
  /** Bytes that are on the disk. */
  #durableBytes = 0;
  #appendedBytes = 0;
  /** Where entry `1 + n * INDEX_EVERY` starts. */
  readonly #index: number[] = [];
  #gathering: Batch = newBatch();
  /** The batch that is on its way to the disk. */
  #underWay: Batch | undefined;
  #writer: Promise<void> | undefined;

  private constructor(path: string, clock: Clock, file: FileHandle) {
    this.#path = path;
    this.#clock = clock;
    this.#file = file;
  }

  /** Opens or creates the journal and hands every entry of it to `replay`, in order. */
  static async open(path: string, clock: Clock, replay: (entry: JournalEntry) => void): Promise<Journal> {
    const file = await open(path, 'a', FILE_MODE);
    try {
      const journal = new Journal(path, clock, file);
      journal.#load(replay);
      await file.truncate(journal.#durableBytes); // the torn line of a crash
      await file.sync();
      return journal;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Number of the last entry, durable or about to be. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Appends in this order; resolves when all of it is on the disk. */
  append(...drafts: readonly JournalDraft[]): Promise<void> {
    const at = new Date(this.#clock.now()).toISOString();
    for (const draft of drafts) {
      const line = `${JSON.stringify({ seq: ++this.#lastSeq, at, ...draft })}\n`;
      this.#noteEntry(this.#lastSeq, this.#appendedBytes);
      this.#appendedBytes += Buffer.byteLength(line);
      this.#gathering.lines.push(line);
    }
    const { durable } = this.#gathering;
    if (!this.#writer) {
      this.#writer = this.#writeBatches();
      this.#writer.catch(() => undefined); // whoever waits for a batch hears of it
    }
    return durable;
  }

  /** Resolves when everything appended so far is on the disk, whatever is appended meanwhile. */
  async flushed(): Promise<void> {
    await (this.#gathering.lines.length > 0 ? this.#gathering : this.#underWay)?.durable;
  }

  /** Durable entries, read from the file: for tests and small journals. */
  entries(): readonly JournalEntry[] {
    const entries: JournalEntry[] = [];
    for (const { line } of readLines(this.#path, { from: 0, to: this.#durableBytes })) {
      const entry = readJournalEntry(line);
      if (entry) entries.push(entry);
    }
    return entries;
  }

  /** The durable lines after entry `seq` as they stand in the file; undefined when there are none. */
  streamAfter(seq: number): ReadStream | undefined {
    const to = this.#durableBytes;
    const from = this.#placeAfter(seq, to);
    return from < to ? createReadStream(this.#path, { start: from, end: to - 1 }) : undefined;
  }

  /** Writes what was appended, then closes the file. */
  async close(): Promise<void> {
    await this.flushed().catch(() => undefined); // whoever waits for the batch hears of it
    await this.#file.close();
  }

  async #writeBatches(): Promise<void> {
    while (this.#gathering.lines.length > 0) {
      const batch = this.#gathering;
      this.#underWay = batch;
      this.#gathering = newBatch();
      const text = batch.lines.join('');
      try {
        await this.#file.appendFile(text);
        await this.#file.datasync();
      } catch (error) {
        // What is on the disk is not known any more: this and every later batch fails until a restart.
        const fault = new SimulatorFault(
          'journal_failed',
          `the journal ${this.#path} cannot be written`,
          error,
        );
        batch.reject(fault);
        this.#gathering.reject(fault);
        throw fault;
      }
      this.#durableBytes += Buffer.byteLength(text);
      batch.resolve();
    }
    this.#underWay = undefined;
    this.#writer = undefined;
  }

  #load(replay: (entry: JournalEntry) => void): void {
    for (const { line, start, end } of readLines(this.#path, { from: 0 })) {
      const entry = readJournalEntry(line);
      if (!entry || entry.seq !== this.#lastSeq + 1) {
        throw new SimulatorFault(
          'journal_damaged',
          `${this.#path}: byte ${start} is not entry ${this.#lastSeq + 1}`,
        );
      }
      this.#lastSeq = entry.seq;
      this.#noteEntry(entry.seq, start);
      this.#durableBytes = end;
      this.#replayEntry(entry, replay);
    }
    this.#appendedBytes = this.#durableBytes;
  }

  #replayEntry(entry: JournalEntry, replay: (entry: JournalEntry) => void): void {
    try {
      replay(entry);
    } catch (error) {
      throw new SimulatorFault(
        'journal_damaged',
        `${this.#path}: entry ${entry.seq} contradicts those before`,
        error,
      );
    }
  }

  #noteEntry(seq: number, start: number): void {
    if ((seq - 1) % INDEX_EVERY === 0) this.#index.push(start);
  }

  #placeAfter(seq: number, to: number): number {
    const from = this.#index[Math.floor(seq / INDEX_EVERY)] ?? to;
    for (const { line, start } of readLines(this.#path, { from, to })) {
      const entry = readJournalEntry(line);
      if (entry && entry.seq > seq) return start;
    }
    return to;
  }
}

function newBatch(): Batch {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => undefined); // an empty batch has nobody who waits for it
  return { lines: [], durable: promise, resolve, reject };
}
