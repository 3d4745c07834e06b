/**
 * A connection on which a statement leaves while others are under way: PostgreSQL has the next one at hand when it is
 * done with the last, however busy this process is. Each is a transaction of its own; they run in the order sent.
 *
 * Made when it is first needed, and anew when it was lost. What the lost one had sent may still stand in its backend's
 * buffer, unread: that backend is ended first, so that nothing of it happens after what comes next.
 */
import { randomUUID } from 'node:crypto';
import { Socket } from 'node:net';
import { Client, type ClientConfig, type QueryConfig, type QueryResult } from 'pg';

export interface LineOptions {
  /** Its `application_name` is made longer, so that the backends of a line know each other. */
  readonly session: ClientConfig;
  /** A statement whose turn has come, and which is not answered for so long, is never answered. */
  readonly silenceMs: number;
}

/** How long a backend may take to end. */
const END_MS_MAX = 2_000;
const END_OTHERS = `select pg_terminate_backend(pid, ${END_MS_MAX}) as gone from pg_stat_activity
  where application_name = current_setting('application_name') and pid <> pg_backend_pid()`;

export class Line {
  readonly #session: ClientConfig;
  readonly #silenceMs: number;
  #connection: Promise<Connection> | undefined;
  /** Of the statement that was sent last: all others end before it. */
  #end: Promise<unknown> = Promise.resolve();

  constructor({ session, silenceMs }: LineOptions) {
    this.#session = { ...session, application_name: `${session.application_name} ${randomUUID()}` };
    this.#silenceMs = silenceMs;
  }

  query(statement: QueryConfig): Promise<QueryResult> {
    // All wait for the same promise, so they leave in the order in which they came.
    const connecting = (this.#connection ??= this.#connect());
    const before = this.#end;
    const answer = connecting.then(async (connection) => {
      const answered = connection.client.query(statement);
      const silence = before.then(() => this.#giveUpLater(connection));
      return answered.finally(() => void silence.then((timer) => clearTimeout(timer)));
    });
    this.#end = answer.catch(() => undefined);
    return answer;
  }

  /** After what runs has finished. */
  async end(): Promise<void> {
    await this.#end;
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.client.end();
  }

  #connect(): Promise<Connection> {
    const socket = new Socket();
    const client = new Client({ ...this.#session, pipeline: true, stream: () => socket });
    const connecting = client
      .connect()
      .then(() => this.#endOthers({ client, socket }))
      .catch((error: unknown) => {
        forget();
        socket.destroy();
        throw error;
      });
    const forget = () => {
      if (this.#connection === connecting) this.#connection = undefined;
    };
    client.on('error', forget); // whatever is under way fails with it
    client.once('end', forget);
    socket.once('close', forget);
    return connecting;
  }

  async #endOthers(connection: Connection): Promise<Connection> {
    const silence = this.#giveUpLater(connection);
    const { rows } = await connection.client
      .query<{ gone: boolean }>(END_OTHERS)
      .finally(() => clearTimeout(silence));
    if (rows.some(({ gone }) => !gone))
      throw new NoConnection('what was sent over the line before may still happen');
    return connection;
  }

  /** Whatever is under way fails then, as a lost connection. */
  #giveUpLater({ socket }: Connection): NodeJS.Timeout {
    return setTimeout(() => socket.destroy(), this.#silenceMs).unref();
  }
}

interface Connection {
  readonly client: Client;
  readonly socket: Socket;
}

/**
 * Not asked at all, which says nothing of what was asked before: to be met like a connection that was lost.
 */
export class NoConnection extends Error {
  override readonly name = 'NoConnection';
}
