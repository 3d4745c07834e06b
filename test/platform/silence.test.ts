/** Connections to PostgreSQL that have fallen silent: no byte comes, and nobody says that they are gone. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createDatabase, type Database, isConnectionLost } from '../../src/platform/postgres.ts';
import { listenOn } from '../../src/platform/postgres-listen.ts';
import { postgresSocket } from '../chaos/postgres-socket.ts';
import { type Proxy, startProxy } from '../chaos/proxy.ts';
import { cloneDatabase, type TestDatabase } from '../harness/database.ts';

const CONNECTIONS = 4;

describe('connections that are half open', () => {
  let db: TestDatabase;
  let proxy: Proxy;
  let url: string;
  before(async () => {
    db = await cloneDatabase();
    proxy = await startProxy(postgresSocket(db.appUrl));
    url = `postgres://toprail_app@127.0.0.1:${proxy.port}/${db.name}`;
  });
  after(async () => {
    await proxy.close();
    await db.drop();
  });

  /** Whatever is connected now leads nowhere any more; who connects anew is served. */
  const cutOff = async (work: () => Promise<unknown>) => {
    const bites = proxy.bites;
    proxy.suffer({ kind: 'half_open', vanish: 'both' });
    const done = work();
    while (proxy.bites === bites) await new Promise((resolve) => setImmediate(resolve));
    return { done };
  };
  const useAll = (database: Database) =>
    Promise.all(Array.from({ length: CONNECTIONS }, () => database.query('select pg_sleep(0.05)')));

  it('regression: the first silent one condemns those that idle, which would each be waited for', async () => {
    const database = createDatabase({
      url,
      poolMax: CONNECTIONS,
      applicationName: 'test',
      statementMsMax: 100,
    });
    await useAll(database);
    assert.equal(database.connections.total, CONNECTIONS);
    const { done } = await cutOff(() => database.query('select 1'));
    await assert.rejects(done, isConnectionLost);
    await proxy.heal();
    assert.equal((await useAll(database)).length, CONNECTIONS, 'no statement is held up by one of the old');
    await database.end();
  });

  it('a silent read is given up, and the next one is served', async () => {
    const database = createDatabase({ url, poolMax: 1, applicationName: 'test', statementMsMax: 100 });
    const read = () => database.read(1n, 'select 1 as one');
    await read();
    const { done } = await cutOff(read);
    await assert.rejects(done, isConnectionLost);
    await proxy.heal();
    assert.deepEqual((await read()).rows, [{ one: 1 }]);
    await database.end();
  });

  it('a silent line is given up, and the next statement takes a new one', async () => {
    const database = createDatabase({ url, poolMax: 1, applicationName: 'test', statementMsMax: 100 });
    const ask = () => database.query('select 1 as one', [], { line: 'a' });
    await ask();
    const { done } = await cutOff(() => Promise.allSettled([ask(), ask()]));
    for (const outcome of (await done) as PromiseSettledResult<unknown>[]) {
      assert.ok(outcome.status === 'rejected' && isConnectionLost(outcome.reason));
    }
    await proxy.heal();
    assert.deepEqual((await ask()).rows, [{ one: 1 }]);
    await database.end();
  });

  it('regression: a listener notices that nothing can be heard any more', async () => {
    const heard: string[] = [];
    let next = Promise.withResolvers<void>();
    const listener = listenOn({
      url,
      applicationName: 'test',
      channel: 'hints',
      pulseMs: 100,
      onPayload: (payload) => {
        heard.push(payload);
        next.resolve();
      },
    });
    await listener.ready;
    next = Promise.withResolvers();
    await cutOff(() => Promise.resolve());
    await proxy.heal();
    await next.promise;
    assert.deepEqual(heard, ['', ''], 'a new connection says that something may have been missed');
    await listener.end();
  });
});
