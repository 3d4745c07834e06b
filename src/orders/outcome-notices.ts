/**
 * Tells other processes which orders have ended: one coalesced NOTIFY after the commits, never inside one, at most
 * every 20 ms. A hint on top of polling: whoever misses it looks by itself.
 */
import type { Clock } from '../core/time.ts';
import type { Log } from '../platform/log.ts';
import type { Database } from '../platform/postgres.ts';

export const OUTCOMES_CHANNEL = 'toprail_outcomes';
const EVERY_MS = 20;
/** PostgreSQL takes payloads below 8,000 bytes; longer lists say "look" instead. */
const PAYLOAD_LENGTH_MAX = 7_500;

export class OutcomeNotices {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #process: string;
  #ids: bigint[] = [];
  #armed = false;

  constructor(options: { database: Database; clock: Clock; log: Log; process: string }) {
    this.#database = options.database;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#process = options.process;
  }

  add(orderId: bigint): void {
    this.#ids.push(orderId);
    if (this.#armed) return;
    this.#armed = true;
    this.#clock.after(EVERY_MS, () => void this.#flush());
  }

  async #flush(): Promise<void> {
    this.#armed = false;
    const list = this.#ids.join(',');
    this.#ids = [];
    const payload = `${this.#process}:${list.length <= PAYLOAD_LENGTH_MAX ? list : ''}`;
    try {
      await this.#database.query('select pg_notify($1, $2)', [OUTCOMES_CHANNEL, payload]);
    } catch (error) {
      this.#log.debug({ error }, 'outcomes not announced; others will look by themselves');
    }
  }
}

/** Reads a payload: which orders another process has ended; undefined for one's own. Empty means "look". */
export function readOutcomes(payload: string, ownProcess: string): bigint[] | undefined {
  const [process, list = ''] = payload.split(':');
  if (process === ownProcess) return undefined;
  return list === '' ? [] : list.split(',').map(BigInt);
}
