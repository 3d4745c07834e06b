/** The embedded PostgreSQL: its life with one process and with several, and its deaths. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client } from 'pg';
import { packagedBinaries } from '../../src/platform/embedded/binaries.ts';
import { findRunning, startEmbedded } from '../../src/platform/embedded/cluster.ts';
import { disownPidFile, findPostmaster } from '../../src/platform/embedded/postmaster.ts';
import { ask, clusterOf, freshDirectory, isRunning, recordOf, startHolder } from './embedded-kit.ts';

test('a first start makes a durable cluster, a later one finds its data', async (t) => {
  const dataDir = await freshDirectory(t);
  const lines: string[] = [];
  const first = await startEmbedded({ dataDir, onProgress: (line) => lines.push(line) });
  assert.equal(first.adopted, false);
  assert.match(lines.join('\n'), /creating a PostgreSQL 18/);
  const url = first.url('postgres', 'postgres');
  const expected = {
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    data_checksums: 'on',
    listen_addresses: '',
    server_encoding: 'UTF8',
    lc_messages: 'C',
    max_connections: '400',
    log_error_verbosity: 'terse',
  };
  for (const [name, value] of Object.entries(expected))
    assert.equal(await ask(url, `show ${name}`), value, name);
  const collation = `select datcollate || ' ' || datctype from pg_database where datname = 'template1'`;
  assert.equal(await ask(url, collation), 'C C');
  const { socket, uid, log } = await recordOf(dataDir);
  const directory = await stat(socket);
  assert.equal(directory.mode & 0o777, 0o700);
  assert.equal(directory.uid, uid);
  assert.notEqual(uid, 0);
  assert.equal((await stat(log)).mode & 0o077, 0);
  await ask(url, 'create table kept as select 42 as answer');
  await first.stop();
  assert.equal(await isRunning(dataDir), false);

  const second = await startEmbedded({ dataDir });
  t.after(() => second.stop());
  assert.equal(await ask(second.url('postgres', 'postgres'), 'select answer from kept'), 42);
});

test('the orphan of a killed process is adopted, and stopped by its new holder', async (t) => {
  const dataDir = await freshDirectory(t);
  const holder = await startHolder({ dataDir });
  await holder.end('SIGKILL');
  assert.equal(await isRunning(dataDir), true);
  const cluster = await startEmbedded({ dataDir });
  assert.equal(cluster.adopted, true);
  assert.equal(cluster.pid, holder.pid);
  await cluster.stop();
  assert.equal(await isRunning(dataDir), false);
});

test('an orphan of other binaries is stopped and started anew', async (t) => {
  const dataDir = await freshDirectory(t);
  const holder = await startHolder({ dataDir });
  const file = join(dataDir, 'postgres.json');
  const record = { ...(await recordOf(dataDir)), version: '18.0.0' };
  await writeFile(file, JSON.stringify(record));
  const beside = await startEmbedded({ dataDir });
  assert.equal(beside.pid, holder.pid, 'kept while another process holds it');
  await beside.stop();
  await holder.end('SIGKILL');
  const cluster = await startEmbedded({ dataDir });
  t.after(() => cluster.stop());
  assert.equal(cluster.adopted, false);
  assert.notEqual(cluster.pid, holder.pid);
});

test('several processes start one server, and the last to go stops it', async (t) => {
  const dataDir = await freshDirectory(t);
  const holders = await Promise.all([1, 2, 3].map(() => startHolder({ dataDir })));
  const [first, second, third] = holders;
  assert.ok(first && second && third);
  assert.equal(new Set(holders.map(({ pid }) => pid)).size, 1);
  assert.equal(holders.filter(({ adopted }) => !adopted).length, 1);
  assert.equal(await first.end('SIGTERM'), 0);
  assert.equal(await second.end('SIGKILL'), null);
  assert.equal(await ask(third.url, 'select 1'), 1);
  const command = await findRunning(dataDir);
  assert.equal(command?.pid, third.pid);
  await command?.stop();
  assert.equal(await ask(third.url, 'select 1'), 1);
  assert.equal(await third.end('SIGTERM'), 0);
  assert.equal(await isRunning(dataDir), false);
  assert.equal(await findRunning(dataDir), undefined);
});

test('processes that start and stop one cluster over and over never see it fail', async (t) => {
  const dataDir = await freshDirectory(t);
  async function startAndStop(): Promise<void> {
    for (let round = 0; round < 4; round += 1) {
      const cluster = await startEmbedded({ dataDir });
      assert.equal(await ask(cluster.url('postgres', 'postgres'), 'select 1'), 1);
      await cluster.stop();
    }
  }
  await Promise.all([startAndStop(), startAndStop(), startAndStop()]);
  assert.equal(await isRunning(dataDir), false);
});

test('regression: the pid file of a server that another process has just started stays its own', async (t) => {
  const dataDir = await freshDirectory(t);
  const cluster = await startEmbedded({ dataDir });
  t.after(() => cluster.stop());
  const directory = (await recordOf(dataDir)).cluster;
  await disownPidFile(directory);
  assert.equal((await findPostmaster(directory))?.pid, cluster.pid);
});

test('regression: an empty pid file, of a server that starts or of one that was killed, is waited out', async (t) => {
  const dataDir = await freshDirectory(t);
  const first = await startEmbedded({ dataDir });
  await first.stop();
  await writeFile(join((await recordOf(dataDir)).cluster, 'postmaster.pid'), '');
  const again = await startEmbedded({ dataDir });
  assert.equal(await ask(again.url('postgres', 'postgres'), 'select 1'), 1);
  await again.stop();
});

test('Ctrl-C reaches the holder alone, which stops the server cleanly', async (t) => {
  const dataDir = await freshDirectory(t);
  const holder = await startHolder({ dataDir });
  assert.equal(await holder.end('SIGINT', 'group'), 0);
  assert.equal(await isRunning(dataDir), false);
  const log = await readFile((await recordOf(dataDir)).log, 'utf8');
  assert.match(log.trimEnd(), /database system is shut down$/);
  const again = await startHolder({ dataDir });
  await again.end('SIGTERM');
  assert.doesNotMatch(await readFile((await recordOf(dataDir)).log, 'utf8'), /was interrupted|not properly/);
});

/** Ways in which a start can end that say nothing about the next one. */
const PASSING_ENDS = {
  'somebody kills it': 'kill -9 $$',
  // What is left of the server before logs its statements into the same file.
  'the pid file of a killed server is in its way, and that server’s backends have much to say': [
    `echo 'FATAL:  lock file "postmaster.pid" already exists'`,
    'i=0; while [ $i -lt 500 ]; do echo "FATAL:  connection to client lost $i"; i=$((i+1)); done',
    'exit 1',
  ].join('; '),
} as const;

for (const [why, end] of Object.entries(PASSING_ENDS)) {
  test(`regression: a start that fails because ${why} is tried again`, async (t) => {
    const dataDir = await freshDirectory(t);
    const first = await startEmbedded({ dataDir });
    await first.stop();
    const { binaries: directory, cluster } = await recordOf(dataDir);
    const failing = await freshDirectory(t);
    await mkdir(join(failing, 'bin'), { mode: 0o755 });
    const failed = join(cluster, 'failed');
    const script = `#!/bin/sh\n[ -e ${failed} ] || { : > ${failed}; ${end}; }\nexec ${directory}/bin/postgres "$@"\n`;
    await writeFile(join(failing, 'bin', 'postgres'), script, { mode: 0o755 });
    await symlink(join(directory, 'bin', 'initdb'), join(failing, 'bin', 'initdb'));
    const { version } = await packagedBinaries();
    const again = await startEmbedded({ dataDir, binaries: { directory: failing, version } });
    t.after(() => again.stop());
    assert.ok(existsSync(failed));
    assert.equal(await ask(again.url('postgres', 'postgres'), 'select 1'), 1);
  });
}

test('a killed server is told, and comes back with what it had committed', async (t) => {
  const dataDir = await freshDirectory(t);
  const cluster = await startEmbedded({ dataDir });
  t.after(() => cluster.stop());
  const url = cluster.url('postgres', 'postgres');
  await ask(url, 'create table kept as select 42 as answer');
  const busy = await spinning(url); // does not look whether its postmaster lives
  for (let round = 0; round < 2; round += 1) {
    const exited = new Promise<void>((resolve) => cluster.onExit(resolve));
    const killed = cluster.pid;
    process.kill(killed, 'SIGKILL');
    await exited;
    await cluster.restart();
    assert.notEqual(cluster.pid, killed);
    assert.equal(await ask(url, 'select answer from kept'), 42);
  }
  await busy.cutOff;
});

test('a killed backend makes the server restart its sessions: the holder stays and no exit is told', async (t) => {
  const dataDir = await freshDirectory(t);
  const cluster = await startEmbedded({ dataDir });
  const url = cluster.url('postgres', 'postgres');
  let exits = 0;
  cluster.onExit(() => {
    exits += 1;
  });
  const victim = new Client({ connectionString: url });
  victim.on('error', () => undefined);
  await victim.connect();
  const ended = new Promise<void>((resolve) => victim.once('end', resolve));
  const { rows } = await victim.query<{ pid: number }>('select pg_backend_pid() as pid');
  process.kill(rows[0]?.pid as number, 'SIGKILL');
  await ended;
  const held = await startEmbedded({ dataDir }); // waits until the server answers again
  assert.equal(held.pid, cluster.pid);
  assert.equal(exits, 0);
  await held.stop();
  await cluster.stop();
  assert.equal(await isRunning(dataDir), false);
});

test('a server and its holder killed together leave a cluster that starts', async (t) => {
  const dataDir = await freshDirectory(t);
  const holder = await startHolder({ dataDir });
  process.kill(holder.pid, 'SIGKILL');
  await holder.end('SIGKILL');
  const cluster = await startEmbedded({ dataDir });
  t.after(() => cluster.stop());
  assert.equal(cluster.adopted, false);
  assert.equal(await ask(cluster.url('postgres', 'postgres'), 'select 1'), 1);
});

test('a stale postmaster.pid whose number is another process does not stand in the way', async (t) => {
  const dataDir = await freshDirectory(t);
  const cluster = await startEmbedded({ dataDir });
  const pidFile = join(await clusterOf(dataDir), 'postmaster.pid');
  const lines = (await readFile(pidFile, 'utf8')).split('\n');
  await cluster.stop();
  // One in our own process group would be forgiven by PostgreSQL as a parent: the first process is nobody's child.
  await writeFile(pidFile, [process.ppid, ...lines.slice(1)].join('\n'));
  const again = await startEmbedded({ dataDir });
  t.after(() => again.stop());
  assert.equal(again.adopted, false);
});

/** A session that computes for ever without waiting for anything, until it is cut off. */
async function spinning(url: string): Promise<{ readonly cutOff: Promise<void> }> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const cutOff = client.query('do $$ begin loop end loop; end $$').then(
    () => undefined,
    () => undefined,
  );
  const active = `select state from pg_stat_activity where pid = ${rows[0]?.pid}`;
  while ((await ask(url, active)) !== 'active') await new Promise(setImmediate);
  return { cutOff };
}
