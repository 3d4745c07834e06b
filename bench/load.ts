/**
 * One round of load: connections that are kept, each with one request at a time, for some seconds. Every status is
 * looked at. What is under way when the time is over is waited for, and not counted into the rate.
 */
import { connect, type Socket } from 'node:net';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { answerReader, type RequestShape, requestWriter } from './http-wire.ts';

export interface Load {
  readonly url: string;
  /** They take turns, over all connections. */
  readonly requests: readonly RequestShape[];
  readonly connections: number;
  readonly seconds: number;
  /** The one status that counts as done; any 2xx unless given. */
  readonly status?: number;
}

export interface Round {
  /** Done requests a second. */
  readonly rate: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Done, also those that came after the time. */
  readonly done: number;
  /** Told to come again later, with 429 or 503: what a busy switch may say. */
  readonly refused: number;
  /** Answered in another way, or not at all. */
  readonly failed: number;
  /** Status of a failed one, or what happened to its connection. */
  readonly failure: string | undefined;
}

const REFUSALS: ReadonlySet<number> = new Set([429, 503]);
/** An answer that has not come so long after the end of the round will not come. */
const LAST_ANSWER_MS = 30_000;
const LATENCY_US_MAX = 120_000_000;
const US_PER_MS = 1_000;
const MS_PER_SECOND = 1_000;
const READ_BYTES = 65_536;

export async function run(load: Load): Promise<Round> {
  const { host, hostname, port } = new URL(load.url);
  const latencies = latencyHistogram();
  let [inTime, done, refused, failed] = [0, 0, 0, 0];
  let failure: string | undefined;
  const fail = (what: string) => {
    failed += 1;
    failure ??= what;
  };
  const isDone = (status: number) =>
    load.status === undefined ? status >= 200 && status < 300 : status === load.status;
  const talk: Talk = {
    address: { host: hostname, port: Number(port) },
    nextRequest: requestWriter(host, load.requests),
    buffer: Buffer.allocUnsafe(READ_BYTES),
    endsAtMs: performance.now() + load.seconds * MS_PER_SECOND,
    onAnswer: (status, { askedAtMs, nowMs }) => {
      if (REFUSALS.has(status)) {
        refused += 1;
        return;
      }
      if (!isDone(status)) return fail(`status ${status}`);
      done += 1;
      if (nowMs < talk.endsAtMs) inTime += 1;
      latencies.record(Math.max(1, Math.round((nowMs - askedAtMs) * US_PER_MS)));
    },
    onLost: fail,
  };
  await Promise.all(Array.from({ length: load.connections }, () => converse(talk)));
  return { rate: inTime / load.seconds, ...percentiles(latencies), done, refused, failed, failure };
}

interface Talk {
  readonly address: { readonly host: string; readonly port: number };
  readonly nextRequest: () => string;
  /** Answers are read into it and looked at before the next read, so all connections share it. */
  readonly buffer: Buffer;
  readonly endsAtMs: number;
  readonly onAnswer: (status: number, times: { readonly askedAtMs: number; readonly nowMs: number }) => void;
  /** The connection ended while an answer was waited for. */
  readonly onLost: (why: string) => void;
}

/** Asks and listens over one connection until the time is over; resolves when it is closed. */
function converse({ address, nextRequest, buffer, endsAtMs, onAnswer, onLost }: Talk): Promise<void> {
  return new Promise((resolve) => {
    let askedAtMs: number | undefined;
    let lost = 'the connection was closed';
    const ask = () => {
      askedAtMs = performance.now();
      socket.write(nextRequest(), 'latin1');
    };
    const read = answerReader((status) => {
      const nowMs = performance.now();
      onAnswer(status, { askedAtMs: askedAtMs ?? nowMs, nowMs });
      if (nowMs < endsAtMs) return ask();
      askedAtMs = undefined;
      socket.end();
    });
    const onread = {
      buffer,
      callback: (bytes: number) => {
        try {
          read(buffer.subarray(0, bytes));
        } catch (error) {
          socket.destroy(error as Error); // the reader throws nothing else
        }
        return true;
      },
    };
    const socket: Socket = connect({ ...address, noDelay: true, onread });
    const tooLate = setTimeout(
      () => socket.destroy(new Error('no answer')),
      endsAtMs - performance.now() + LAST_ANSWER_MS,
    );
    socket.once('connect', ask);
    socket.once('error', (error) => {
      lost = error.message;
      askedAtMs ??= endsAtMs; // also when it could not be made at all
    });
    socket.once('close', () => {
      clearTimeout(tooLate);
      if (askedAtMs !== undefined) onLost(lost);
      resolve();
    });
  });
}

export function latencyHistogram(): RecordableHistogram {
  return createHistogram({ lowest: 1, highest: LATENCY_US_MAX, figures: 3 });
}

export function percentiles(latencies: RecordableHistogram): {
  readonly p50Ms: number;
  readonly p99Ms: number;
} {
  const ms = (percentile: number) =>
    latencies.count === 0 ? 0 : latencies.percentile(percentile) / US_PER_MS;
  return { p50Ms: ms(50), p99Ms: ms(99) };
}
