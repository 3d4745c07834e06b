/** The door to PostgreSQL: values, transactions, and what happens when connections are lost. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { prepareDatabase } from '../../src/platform/database-roles.ts';
import {
  codeOf,
  createDatabase,
  isConnectionLost,
  isRetryable,
  type Tx,
} from '../../src/platform/postgres.ts';
import { QueueFull } from '../../src/platform/queue-full.ts';
import { eventually } from '../harness/app.ts';
import { testCluster } from '../harness/database.ts';
import { ask } from './embedded-kit.ts';

const cluster = await testCluster();
const name = `clone_${process.pid}_postgres`;
const superuserUrl = cluster.url('postgres', 'postgres');
await prepareDatabase({ superuserUrl, database: name });
const url = cluster.url('toprail_owner', name);
const database = createDatabase({ url, poolMax: 4, applicationName: 'test' });
await database.query('create schema t');
await database.query('create table t.rows (id int8 primary key, value int8)');
await database.query('create sequence t.numbers');
// Temporary tables may be written where nothing else may.
await database.query(`create function t.fails_at_commit() returns void language plpgsql as
  $$ begin insert into pg_temp.twice values (1), (1); end $$`);
after(async () => {
  await database.end();
  await ask(superuserUrl, `drop database ${name} with (force)`);
});

const terminateOthers = `select count(pg_terminate_backend(pid)) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`;

test('values keep what they are', async () => {
  const { rows } = await database.query(
    `select 9007199254740993::int8 as big, $1::int8[] as bigs, 1.10::numeric as num, '{1.10,NULL}'::numeric[] as nums,
            '2025-01-31'::date as day, '2025-01-01T00:00:00Z'::timestamptz as at, $2::bytea as bytes, '{}'::int8[] as none`,
    [[1n, null, -2n], Buffer.from([0, 255])],
  );
  assert.deepEqual(rows[0], {
    big: 9007199254740993n,
    bigs: [1n, null, -2n],
    num: '1.10',
    nums: ['1.10', null],
    day: '2025-01-31',
    at: new Date('2025-01-01T00:00:00Z'),
    bytes: Buffer.from([0, 255]),
    none: [],
  });
});

function insert(tx: Tx, id: bigint) {
  return tx.query('insert into t.rows values ($1, 0)', [id], { name: 'insert' });
}

test('a transaction commits whole or not at all', async () => {
  assert.equal(await database.transaction(async (tx) => (await insert(tx, 1n)).rowCount), 1);
  const failing = database.transaction(async (tx) => {
    await insert(tx, 2n);
    throw new Error('changed my mind');
  });
  await assert.rejects(failing, /changed my mind/);
  const swallowing = database.transaction(async (tx) => {
    await insert(tx, 3n);
    await insert(tx, 1n).catch(() => undefined);
  });
  await assert.rejects(swallowing, /rolled back at its commit/);
  const { rows } = await database.query('select id from t.rows');
  assert.deepEqual(rows, [{ id: 1n }]);
  assert.equal(database.connections.total, database.connections.idle);
});

test('a transaction is worthless after its end', async () => {
  let kept: Tx | undefined;
  await database.transaction(async (tx) => {
    kept = tx;
  });
  await assert.rejects(async () => kept?.query('select 1'), /used after its end/);
});

test('the account lasts for one transaction', async () => {
  const sql = `select current_setting('toprail.account_id', true) as account, current_setting('transaction_isolation') as level`;
  const work = (tx: Tx) => tx.query(sql);
  const options = { account: 7n, isolation: 'repeatable read', access: 'read only' } as const;
  for (let round = 0; round < 5; round += 1) {
    const { rows } = await database.transaction(work, options);
    assert.deepEqual(rows, [{ account: '7', level: 'repeatable read' }]);
    const { rows: none } = await database.transaction(work);
    assert.equal(none[0]?.account || null, null);
  }
});

test('what an account reads is one transaction of its own, which writes nothing', async () => {
  const narrow = createDatabase({ url, poolMax: 1, applicationName: 'narrow' });
  const sql = `select current_setting('toprail.account_id', true) as account, current_setting('transaction_read_only') as only,
    $1::int8 as value`;
  for (const account of [7n, 8n]) {
    const { rows } = await narrow.read(account, sql, [account], { name: 'who' });
    assert.deepEqual(rows, [{ account: `${account}`, only: 'on', value: account }]);
    assert.equal((await narrow.query(sql, [1n])).rows[0]?.['account'] || null, null);
  }
  const together = await Promise.all([1n, 2n, 3n].map((account) => narrow.read(account, sql, [0n])));
  assert.deepEqual(
    together.map(({ rows }) => rows[0]?.['account']),
    ['1', '2', '3'],
  );
  await assert.rejects(narrow.read(7n, 'insert into t.rows values (21, 0)'), /reads by a select/);
  await assert.rejects(narrow.read(7n, "select nextval('t.numbers')"), (error) => codeOf(error) === '25006');
  await assert.rejects(narrow.read(7n, 'select nothing_of_that_name'), (error) => codeOf(error) === '42703');
  await assert.rejects(narrow.read('7; commit' as unknown as bigint, sql), /an account is a bigint/);
  assert.deepEqual((await narrow.read(9n, sql, [9n], { name: 'who' })).rows[0]?.['account'], '9');
  const { total, idle } = narrow.connections;
  assert.deepEqual({ total, idle }, { total: 1, idle: 1 }, 'the connection was never given up');
  await narrow.end();
});

// It was handed on as it was: with its transaction open and failed, where the commit had been cancelled.
test('regression: a connection whose transaction did not end as it should is given up', async () => {
  const narrow = createDatabase({ url, poolMax: 1, applicationName: 'narrow' });
  await narrow.query('create temp table twice (n int unique deferrable initially deferred)');
  await assert.rejects(narrow.read(7n, 'select t.fails_at_commit()'), (error) => codeOf(error) === '23505');
  assert.equal(narrow.connections.total, 0);
  assert.deepEqual((await narrow.read(7n, 'select 1 as one')).rows, [{ one: 1 }]);
  await narrow.end();
});

test('a read whose connection is lost fails as a lost one, and the next is served', async () => {
  const narrow = createDatabase({ url, poolMax: 1, applicationName: 'narrow' });
  const reading = narrow.read(7n, 'select pg_sleep(60)');
  const failed = assert.rejects(reading, isConnectionLost);
  await eventually(async () => {
    const asleep = "select pg_terminate_backend(pid) from pg_stat_activity where query ~ '^select pg_sleep'";
    assert.equal((await database.query(asleep)).rowCount, 1);
  });
  await failed;
  assert.deepEqual((await narrow.read(7n, 'select 1 as one')).rows, [{ one: 1 }]);
  await narrow.end();
});

test('lost connections fail their own statement only', async () => {
  await database.query('select 1');
  await ask(cluster.url('postgres', name), terminateOthers);
  const lost = database.transaction(async (tx) => {
    await tx.query('select 1');
    await ask(cluster.url('postgres', name), terminateOthers);
    await tx.query('select 1');
  });
  await assert.rejects(lost, (error) => isConnectionLost(error) && !isRetryable(error));
  assert.deepEqual((await database.query('select 1 as one')).rows, [{ one: 1 }]);
});

test('no server is a lost connection', async () => {
  for (const wrong of ['postgresql://x@%2Fnowhere/x', 'postgresql://x@127.0.0.1:1/x']) {
    const none = createDatabase({ url: wrong, poolMax: 1, applicationName: 'test' });
    await assert.rejects(none.query('select 1'), isConnectionLost);
    await none.end();
  }
  assert.equal(isConnectionLost(new Error('other')), false);
});

// It said once that surely nothing had been done, also of what an earlier try had committed.
test('regression: too many that wait are met like a connection that was lost, and the others are served', async () => {
  const narrow = createDatabase({ url, poolMax: 1, applicationName: 'narrow' });
  const { limit } = narrow.standing();
  const asked = Array.from({ length: limit + 10 }, () => narrow.query('select 1'));
  const ends = await Promise.allSettled(asked);
  const refused = ends.filter((end) => end.status === 'rejected');
  assert.ok(refused.length > 0 && refused.length <= 10, `${refused.length} were refused`);
  for (const { reason } of refused) {
    assert.ok(isConnectionLost(reason), String(reason));
    assert.ok(!(reason instanceof QueueFull));
  }
  await narrow.end();
});

test('a deadlock may be tried again', async () => {
  await database.query('insert into t.rows values (11, 0), (12, 0)');
  const bothHold = Promise.withResolvers<void>();
  let holding = 0;
  const swap = (first: bigint, second: bigint) =>
    database.transaction(async (tx) => {
      await tx.query('update t.rows set value = 1 where id = $1', [first]);
      holding += 1;
      if (holding === 2) bothHold.resolve();
      await bothHold.promise;
      await tx.query('update t.rows set value = 1 where id = $1', [second]);
    });
  const results = await Promise.allSettled([swap(11n, 12n), swap(12n, 11n)]);
  const failed = results.filter((result) => result.status === 'rejected');
  assert.equal(failed.length, 1);
  assert.equal(codeOf(failed[0]?.reason), '40P01');
  assert.equal(isRetryable(failed[0]?.reason), true);
});

test('a listener hears, and says when it may have missed something', { timeout: 10_000 }, async () => {
  const heard: string[] = [];
  let waiting = Promise.withResolvers<void>();
  const next = () => {
    waiting = Promise.withResolvers<void>();
    return waiting.promise;
  };
  const connected = next();
  const listener = database.listen('Hints', (payload) => {
    heard.push(payload);
    waiting.resolve();
  });
  await listener.ready;
  await connected;
  const first = next();
  await database.query(`select pg_notify('Hints', 'one')`);
  await first;
  const reconnected = next();
  await ask(cluster.url('postgres', name), terminateOthers);
  await reconnected;
  const second = next();
  await database.query(`select pg_notify('Hints', 'two')`);
  await second;
  assert.deepEqual(heard, ['', 'one', '', 'two']);
  await listener.end();
});
