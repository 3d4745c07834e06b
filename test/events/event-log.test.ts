import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { cloneDatabase, type TestDatabase } from '../harness/database.ts';

const APPEND = `select toprail.append_events(array[1::bigint], array[null::bigint], array[null::integer], array['wallet.funded'], array['{}'], toprail.now()) as id`;

describe('event log', () => {
  let db: TestDatabase;
  const clients: Client[] = [];
  const connect = async () => {
    const client = new Client({ connectionString: db.superuserUrl });
    await client.connect();
    await client.query('set search_path = toprail');
    clients.push(client);
    return client;
  };
  const append = async (client: Client) =>
    BigInt((await client.query<{ id: string }>(APPEND)).rows[0]?.id ?? 0);
  const ids = async (client: Client) =>
    (await client.query<{ id: string }>('select id from toprail.events order by id')).rows.map(({ id }) =>
      Number(id),
    );

  before(async () => {
    db = await cloneDatabase();
    await (await connect()).query('select toprail.create_partitions()');
  });
  after(async () => {
    await Promise.all(clients.map((client) => client.end()));
    await db.drop();
  });

  it('two interleaved transactions get ids in the order of their commits, without a gap', async () => {
    const [first, second, reader] = await Promise.all([connect(), connect(), connect()]);
    await first.query('begin');
    await second.query('begin');
    const earlier = await append(first);
    let appended = false;
    const later = append(second).then((id) => {
      appended = true;
      return id;
    });
    // The second one is seen waiting for the counter before the first one commits.
    for (;;) {
      const { rows } = await reader.query(
        "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%append_events%'",
      );
      if (rows.length > 0) break;
    }
    assert.equal(appended, false);
    assert.deepEqual(await ids(reader), []);
    await first.query('commit');
    assert.equal(await later, earlier + 1n);
    assert.deepEqual(await ids(reader), [1], 'a reader sees no id above one that is still to come');
    await second.query('commit');
    assert.deepEqual(await ids(reader), [1, 2]);
  });

  it('a transaction that is rolled back leaves no gap', async () => {
    const [lost, kept] = await Promise.all([connect(), connect()]);
    await lost.query('begin');
    await append(lost);
    await lost.query('rollback');
    await append(kept);
    assert.deepEqual(await ids(kept), [1, 2, 3]);
  });
});
