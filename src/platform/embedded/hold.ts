/**
 * How processes share one server. Each keeps a session open that holds a shared advisory lock; the last one to
 * let go gets the lock alone and stops the server. A killed process loses its session with its life, so there
 * is nothing to clean up, and a process that arrives while the server is being stopped waits on the lock, is
 * thrown out with the server, and starts it again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { SUPERUSER } from './launch.ts';

const HOLD_LOCK = 7_467_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** Together 200 ms: far more than an idle session needs to see that its client is gone. */
const LOOKS_MAX = 11;
const LOOK_AGAIN_MS = 20;

export interface Hold {
  /** Resolves when the session is lost, for whatever reason. */
  readonly lost: Promise<void>;
  /**
   * Lets go. True when nobody else holds the server: then nobody else can begin to, until this session ends.
   */
  alone(): Promise<boolean>;
  /** Takes the server again after `alone` was false. Throws when the server is stopped meanwhile. */
  share(): Promise<void>;
  end(): Promise<void>;
}

/** A URL over the socket; node-pg and libpq both read it. */
export function socketUrl(socket: string, role: string, database: string): string {
  return `postgresql://${encodeURIComponent(role)}@${encodeURIComponent(socket)}/${encodeURIComponent(database)}`;
}

/** Undefined when no server of this cluster answers: not yet, not any more, or not with this socket. */
export async function tryHold(socket: string, cluster: string): Promise<Hold | undefined> {
  const client = new Client({
    connectionString: socketUrl(socket, SUPERUSER, 'postgres'),
    application_name: 'toprail hold',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  const lost = new Promise<void>((resolve) => client.once('end', resolve));
  client.on('error', () => undefined); // followed by `end`
  try {
    await client.connect();
    const { rows } = await client.query<{ directory: string }>(
      `select pg_advisory_lock_shared($1), current_setting('data_directory') as directory`,
      [HOLD_LOCK],
    );
    if (rows[0]?.directory !== cluster) throw new Error('the socket belongs to another cluster');
  } catch {
    await client.end().catch(() => undefined);
    return undefined;
  }
  keepsAlive(client, 'no'); // holding the server is no reason for a process to live
  return {
    lost,
    alone: () => {
      keepsAlive(client, 'yes');
      return isAlone(client);
    },
    share: async () => {
      await client.query('select pg_advisory_lock_shared($1)', [HOLD_LOCK]);
      keepsAlive(client, 'no');
    },
    end: () => client.end(),
  };
}

/** The session of a process that was killed a moment ago may not have noticed yet: it is given some time to. */
async function isAlone(client: Client): Promise<boolean> {
  await client.query('select pg_advisory_unlock_shared($1)', [HOLD_LOCK]);
  for (let look = 1; ; look++) {
    const { rows } = await client.query<{ alone: boolean }>('select pg_try_advisory_lock($1) as alone', [
      HOLD_LOCK,
    ]);
    const alone = rows[0]?.alone ?? false;
    if (alone || look === LOOKS_MAX) return alone;
    await sleep(LOOK_AGAIN_MS);
  }
}

/** `ref` and `unref` are in the driver but not in its types. */
function keepsAlive(client: Client, answer: 'yes' | 'no'): void {
  const { ref, unref } = client as Client & { ref(): void; unref(): void };
  (answer === 'yes' ? ref : unref).call(client);
}
