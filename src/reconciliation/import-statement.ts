/**
 * Takes a provider's statement in: its lines are kept, matched, judged, and given to their orders; then what is missing
 * in it. Every part can be done again, so a crash in the middle is taken up by importing the same file again, and
 * importing it a second time changes nothing.
 */
import { createHash } from 'node:crypto';
import { hashRecipient } from '../orders/codec.ts';
import type { Vault } from '../platform/crypto.ts';
import type { Recipient } from '../routing/connector.ts';
import { findMissing } from './find-missing.ts';
import { giveToOrders, type ReconcilingEngine } from './give-to-orders.ts';
import { judgeLines } from './judge-lines.ts';
import type { StatementLine } from './line.ts';
import { type Mapping, termsOf } from './mapping.ts';
import { type NumberedLine, readStatementFile } from './read-file.ts';
import {
  addLines,
  closeAnsweredBreaks,
  countOutcomes,
  finishStatement,
  openStatement,
  type StoredLine,
} from './store.ts';

export interface StatementFile {
  readonly provider: string;
  readonly mapping: Mapping;
  /** Undefined: our own format. */
  readonly mappingName: { readonly name: string; readonly version: number } | undefined;
  /** From the first instant to just before the second; undefined where nobody says. */
  readonly period: { readonly fromMs: number; readonly toMs: number } | undefined;
  /** What is not in it has not happened at the provider in that period. */
  readonly isComplete: boolean;
  /** Its bytes from the start; read twice. */
  readonly open: () => AsyncIterable<Buffer>;
}

export interface Imported {
  readonly id: bigint;
  /** It had been imported before: nothing was done. */
  readonly isKnown: boolean;
  /** Lines by outcome, and attempts that are missing in it. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** Lines that their orders could not be given, and why not. The statement is not finished until they are. */
  readonly failed: number;
  readonly firstFault: unknown;
}

/** A statement of this many takes some 50 ms. */
const CHUNK_LINES = 1_000;

export async function importStatement(
  engine: ReconcilingEngine,
  file: StatementFile,
  onProgress: (line: string) => void = () => undefined,
): Promise<Imported> {
  const { database, vault } = engine;
  const { provider, mapping, mappingName, period, isComplete } = file;
  const fingerprint = await fingerprintOf(vault, file);
  const { id, isFinished, storedTo } = await openStatement(database, {
    provider,
    fingerprint,
    mapping: mappingName,
    period,
    isComplete,
    ...termsOf(mapping),
  });
  const outcomes = () => countOutcomes(database, id);
  if (isFinished) return { id, isKnown: true, outcomes: await outcomes(), failed: 0, firstFault: undefined };

  const counts = await storeLines(engine, { file, id, storedTo }, onProgress);
  await judgeLines(database, provider, {
    epoch: engine.market().epoch,
    onProgress: (lines) => onProgress(`${lines} lines judged`),
  });
  const { failed, firstFault } = await giveToOrders(engine, provider, (lines) =>
    onProgress(`${lines} lines given to their orders`),
  );
  if (isComplete) await findMissing(engine, { provider, id, fingerprint });
  await closeAnsweredBreaks(database, provider);
  if (failed === 0) await finishStatement(database, id, counts);
  return { id, isKnown: false, outcomes: await outcomes(), failed, firstFault };
}

/** The same bytes, read in the same way for the same period, are the same statement. */
async function fingerprintOf(
  vault: Vault,
  { provider, mappingName, period, isComplete, open }: StatementFile,
): Promise<string> {
  const content = createHash('sha256');
  for await (const chunk of open()) content.update(chunk);
  const given = JSON.stringify([provider, mappingName, period, isComplete]);
  // A plain hash of a short list of numbers could be enumerated.
  return vault.hash('statement', given, content.digest('hex'));
}

/** Those after the last one that is stored; how many the file has in all. */
async function storeLines(
  { database, vault }: ReconcilingEngine,
  { file, id, storedTo }: { readonly file: StatementFile; readonly id: bigint; readonly storedTo: number },
  onProgress: (line: string) => void,
): Promise<{ lines: number; leftOut: number }> {
  let lines = 0;
  let leftOut = 0;
  let chunk: StoredLine[] = [];
  const flush = async () => {
    if (chunk.length > 0) await addLines(database, id, chunk);
    chunk = [];
    onProgress(`${lines} lines read`);
  };
  for await (const line of readStatementFile(file.mapping, file.open())) {
    if (line.read.kind === 'left_out') {
      leftOut += 1;
      continue;
    }
    lines += 1;
    if (line.number > storedTo) chunk.push(storedLine(vault, line, line.read));
    if (chunk.length === CHUNK_LINES) await flush();
  }
  await flush();
  return { lines, leftOut };
}

function storedLine(
  vault: Vault,
  { number, raw }: NumberedLine,
  read: Exclude<NumberedLine['read'], { kind: 'left_out' }>,
): StoredLine {
  if (read.kind === 'malformed') {
    const { issue } = read;
    return {
      number,
      content: vault.hash('statement-line', 'malformed', raw),
      said: { issue },
      recipients: [],
    };
  }
  const { line } = read;
  return { number, content: contentOf(vault, line), said: line, recipients: recipientsOf(vault, line) };
}

/** Of what it says, so that it is the same line in another file, whatever else stands there. */
function contentOf(vault: Vault, line: StatementLine): string {
  const { named, theirReference, recipient, verdict, code, amount, currency, cost, atMs } = line;
  const said = [
    named?.epoch,
    named?.orderId,
    named?.attempt,
    theirReference,
    recipient,
    verdict,
    code,
    amount,
  ];
  const parts = [...said, currency, cost?.amount, cost?.currency, atMs].map((part) => `${part ?? ''}`);
  return vault.hash('statement-line', ...parts);
}

/** As `recipients` are hashed, for each kind that it can be of. Not asked for where the line names its attempt. */
function recipientsOf(vault: Vault, { named, recipient }: StatementLine): string[] {
  if (named || recipient === undefined) return [];
  const kinds: readonly Recipient['kind'][] = recipient.startsWith('+')
    ? ['phone']
    : recipient.includes('@')
      ? ['email', 'player']
      : ['player', 'account'];
  return kinds.map((kind) => hashRecipient(vault, { kind, value: recipient }));
}
