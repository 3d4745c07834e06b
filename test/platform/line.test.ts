/** A connection that does not wait for answers before it asks again. */
import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createDatabase, type Database, isConnectionLost } from '../../src/platform/postgres.ts';
import { eventually } from '../harness/app.ts';
import { cloneDatabase, type TestDatabase } from '../harness/database.ts';

const PID = 'select pg_backend_pid() as pid';

describe('a line to PostgreSQL', () => {
  let db: TestDatabase;
  let database: Database;
  before(async () => {
    db = await cloneDatabase();
    database = createDatabase({ url: db.appUrl, poolMax: 2, applicationName: 'test' });
  });
  after(async () => {
    await database.end();
    await db.drop();
  });

  const ask = async <Row>(sql: string, params: unknown[] = [], line = 'a') =>
    (await database.query<Row>(sql, params, { line, name: sql })).rows[0];

  it('has all statements run by one backend, one after the other, each in its own transaction', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, () =>
        ask<{ pid: number; tx: bigint; at: Date }>(
          `${PID}, txid_current() as tx, now() as at, pg_sleep(0.002)`,
        ),
      ),
    );
    assert.equal(new Set(all.map((one) => one?.pid)).size, 1);
    assert.equal(new Set(all.map((one) => one?.tx)).size, 20);
    const times = all.map((one) => one?.at.getTime() ?? 0);
    assert.deepEqual(times, times.toSorted());
  });

  it('is another for another name', async () => {
    const [one, same, other] = await Promise.all([ask(PID), ask(PID), ask(PID, [], 'b')]);
    assert.deepEqual(one, same);
    assert.notDeepEqual(one, other);
  });

  it('lets one statement fail alone', async () => {
    const asked = [1, 0, 2].map((n) => ask<{ n: number }>('select 1 / $1::int as n', [n]));
    const [first, failed, last] = await Promise.allSettled(asked);
    assert.deepEqual([first?.status, failed?.status, last?.status], ['fulfilled', 'rejected', 'fulfilled']);
  });

  it('fails what is under way when it is lost, all of it as unknown, and is made anew', async () => {
    const before_ = await ask<{ pid: number }>(PID);
    const underWay = Promise.allSettled([ask('select pg_sleep(30)'), ask(PID), ask(PID)]);
    await database.query('select pg_terminate_backend($1)', [before_?.pid]);
    for (const outcome of await underWay) {
      assert.ok(outcome.status === 'rejected' && isConnectionLost(outcome.reason));
    }
    assert.notDeepEqual(await ask(PID), before_);
  });

  it('regression: a statement is silent from its turn on, however long it stands behind others', async () => {
    const slow = createDatabase({ url: db.appUrl, poolMax: 1, applicationName: 'test', statementMsMax: 600 });
    const asked = Array.from({ length: 5 }, (_, n) =>
      slow
        .query('select pg_sleep(0.55), $1::int as n', [n], { line: 'a' })
        .then(({ rows }) => rows[0]?.['n']),
    );
    assert.deepEqual(await Promise.all(asked), [0, 1, 2, 3, 4]);
    await slow.end();
  });

  it('regression: what a silent backend has not read never happens once the line is made anew', async () => {
    const frozen = createDatabase({
      url: db.appUrl,
      poolMax: 1,
      applicationName: 'test',
      statementMsMax: 100,
    });
    const on = (sql: string) => frozen.query<{ pid: number }>(sql, [], { line: 'a' });
    const [backend] = (await on(PID)).rows;
    assert.ok(backend);
    process.kill(backend.pid, 'SIGSTOP');
    try {
      await assert.rejects(on("select pg_notify('line', 'too late')"), isConnectionLost);
      await assert.rejects(on(PID), 'nothing is asked while the old one may go on');
    } finally {
      process.kill(backend.pid, 'SIGCONT');
    }
    const [next] = await eventually(async () => (await on(PID)).rows);
    assert.notDeepEqual(next, backend);
    const { rows } = await frozen.query('select 1 from pg_stat_activity where pid = $1', [backend.pid]);
    assert.deepEqual(rows, []);
    await frozen.end();
  });

  it('regression: a server that falls silent right after it was connected to is given up', async () => {
    // AuthenticationOk and ReadyForQuery.
    const ok = Buffer.from('R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I', 'latin1');
    const mute = createServer((socket) => void socket.once('data', () => socket.write(ok)));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as AddressInfo; // it listens on a port
    const silent = createDatabase({
      url: `postgres://nobody@127.0.0.1:${port}/nowhere`,
      poolMax: 1,
      applicationName: 'test',
      statementMsMax: 100,
    });
    await assert.rejects(silent.query(PID, [], { line: 'a' }), isConnectionLost);
    await silent.end();
    await new Promise((resolve) => mute.close(resolve));
  });

  it('ends after what runs on it', async () => {
    const ending = createDatabase({ url: db.appUrl, poolMax: 1, applicationName: 'test' });
    const asked = [1, 2].map((n) =>
      ending
        .query('select pg_sleep(0.02), $1::int as n', [n], { line: 'a' })
        .then(({ rows }) => rows[0]?.['n']),
    );
    await ending.end();
    assert.deepEqual(await Promise.all(asked), [1, 2]);
  });

  it('that cannot be made fails, and is tried again', async () => {
    const wrong = createDatabase({
      url: db.appUrl.replace(db.name, 'nowhere'),
      poolMax: 1,
      applicationName: 'test',
    });
    for (let time = 1; time <= 2; time++) {
      await assert.rejects(wrong.query(PID, [], { line: 'a' }), { code: '3D000' });
    }
    await wrong.end();
  });
});
