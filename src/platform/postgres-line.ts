/**
 * A connection on which a statement leaves while others are under way: PostgreSQL has the next one at hand when it is
 * done with the last, however busy this process is. Each is a transaction of its own; they run in the order sent.
 * Made when it is first needed, and anew when it was lost.
 */
import { Client, type ClientConfig, DatabaseError, type QueryConfig, type QueryResult } from 'pg';

export class Line {
  readonly #config: ClientConfig;
  #client: Promise<Client> | undefined;
  /** Of the statement that was sent last: all others end before it. */
  #end: Promise<unknown> = Promise.resolve();

  constructor(config: ClientConfig) {
    this.#config = { ...config, pipeline: true };
  }

  query(statement: QueryConfig): Promise<QueryResult> {
    // All wait for the same promise, so they leave in the order in which they came.
    const connecting = (this.#client ??= this.#connect());
    const answer = connecting
      .then((client) => client.query(statement))
      .catch((error: unknown) => {
        // Not PostgreSQL's own word: nothing more is to be heard here.
        if (!(error instanceof DatabaseError)) this.#giveUp(connecting);
        throw error;
      });
    this.#end = answer.catch(() => undefined);
    return answer;
  }

  /** After what runs has finished. */
  async end(): Promise<void> {
    await this.#end;
    const client = await this.#client?.catch(() => undefined);
    await client?.end();
  }

  #connect(): Promise<Client> {
    const client = new Client(this.#config);
    const connecting = client.connect().then(() => client);
    client.on('error', () => this.#giveUp(connecting)); // whatever is under way fails with it
    client.once('end', () => this.#giveUp(connecting));
    return connecting;
  }

  #giveUp(lost: Promise<Client>): void {
    if (this.#client !== lost) return;
    this.#client = undefined;
    lost.then((client) => client.end()).catch(() => undefined); // it is gone already, or was never there
  }
}
