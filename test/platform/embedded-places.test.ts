/** Where the embedded PostgreSQL lives, and as whom it runs: root or not, open directories and closed ones. */
import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { packagedBinaries } from '../../src/platform/embedded/binaries.ts';
import { startEmbedded } from '../../src/platform/embedded/cluster.ts';
import { canEnter } from '../../src/platform/embedded/identity.ts';
import { makeClosed } from '../../src/platform/embedded/places.ts';
import { ask, freshDirectory, isRoot, isRunning, NOBODY, recordOf, startHolder } from './embedded-kit.ts';

const asRoot = { skip: isRoot ? false : 'only root can become another user' };
const otherUserMayRunUs = isRoot && (await canEnter(import.meta.dirname, NOBODY));
const asOther = { skip: otherUserMayRunUs ? false : 'needs root, and a project that other users can enter' };

test('a data directory whose path is too long for a socket has its socket elsewhere', async (t) => {
  const dataDir = join(await freshDirectory(t), 'd'.repeat(60), 'e'.repeat(60));
  const cluster = await startEmbedded({ dataDir });
  t.after(() => cluster.stop());
  assert.equal(await ask(cluster.url('postgres', 'postgres'), 'select 1'), 1);
  const { socket, home } = await recordOf(dataDir);
  assert.ok(!socket.startsWith(home));
  t.after(() => rm(socket, { recursive: true, force: true }));
});

test('a user who is not root runs the server as itself', asOther, async (t) => {
  const dataDir = join(await freshDirectory(t, { access: 'closed', owner: NOBODY }), 'data');
  const holder = await startHolder({ dataDir, user: NOBODY });
  const { home, uid } = await recordOf(dataDir);
  assert.equal(home, join(dataDir, 'postgres'));
  assert.equal(uid, NOBODY.uid);
  await holder.end('SIGKILL');
  const adopter = await startHolder({ dataDir, user: NOBODY });
  assert.equal(adopter.adopted, true);
  assert.equal(await adopter.end('SIGTERM'), 0);
  assert.equal(await isRunning(dataDir), false);
});

test('binaries that cannot be completed in place are copied into the data directory', asOther, async (t) => {
  const dataDir = join(await freshDirectory(t, { owner: NOBODY }), 'data');
  const binaries = await bareBinaries(await freshDirectory(t));
  const holder = await startHolder({ dataDir, user: NOBODY, binaries });
  assert.equal((await recordOf(dataDir)).binaries, join(dataDir, `pg-${binaries.version}`));
  assert.equal(await holder.end('SIGTERM'), 0);
});

test(
  'a data directory that is closed to the server has its cluster elsewhere, for good',
  asRoot,
  async (t) => {
    const closed = await freshDirectory(t, { access: 'closed' });
    const dataDir = join(closed, 'data');
    const cluster = await startEmbedded({ dataDir });
    const { home, uid } = await recordOf(dataDir);
    t.after(() => rm(home, { recursive: true, force: true }));
    assert.match(home, /^\/var\/lib\/toprail\/[0-9a-f]{12}$/);
    assert.equal(uid, NOBODY.uid);
    await ask(cluster.url('postgres', 'postgres'), 'create table kept as select 42 as answer');
    await cluster.stop();
    await chmod(closed, 0o755);
    const again = await startEmbedded({ dataDir });
    assert.equal(await ask(again.url('postgres', 'postgres'), 'select answer from kept'), 42);
    await again.stop();
    await rm(home, { recursive: true });
    await assert.rejects(startEmbedded({ dataDir }), /is gone: put it back/);
  },
);

test('binaries that the server cannot reach are copied once, with their symlinks', asRoot, async (t) => {
  const packed = await bareBinaries(await freshDirectory(t, { access: 'closed' }));
  const dataDir = await freshDirectory(t);
  const copy = `/var/lib/toprail/${packed.version}`;
  t.after(() => rm(copy, { recursive: true, force: true }));
  const lines: string[] = [];
  for (const round of [1, 2]) {
    const cluster = await startEmbedded({
      dataDir,
      binaries: packed,
      onProgress: (line) => lines.push(line),
    });
    assert.equal((await recordOf(dataDir)).binaries, copy, `round ${round}`);
    await cluster.stop();
  }
  assert.equal(lines.filter((line) => line.startsWith('copying')).length, 1);
  assert.deepEqual(
    await readdir('/var/lib/toprail').then((names) =>
      names.filter((name) => name.startsWith(`${packed.version}.`)),
    ),
    [],
  );
});

// A second process that started at the same time found it belonging to root, and gave up.
test('regression: a home is there only when it belongs to whoever runs the server', asRoot, async (t) => {
  const directory = await freshDirectory(t);
  for (let round = 0; round < 50; round++) {
    const home = join(directory, `home-${round}`);
    const made = Promise.all([makeClosed(home, NOBODY), makeClosed(home, NOBODY)]).then(() => true);
    const owners = new Set<number>();
    while (!(await Promise.race([made, new Promise<false>((resolve) => setImmediate(() => resolve(false)))])))
      if (existsSync(home)) owners.add(statSync(home).uid);
    owners.add(statSync(home).uid);
    assert.deepEqual([...owners], [NOBODY.uid]);
  }
  assert.equal((await readdir(directory)).length, 50, 'nothing else is left');
});

test('a closed directory above an existing cluster is named', asRoot, async (t) => {
  const above = await freshDirectory(t);
  const dataDir = join(above, 'data');
  await (await startEmbedded({ dataDir })).stop();
  await chmod(above, 0o700);
  await assert.rejects(startEmbedded({ dataDir }), /user 65534, who runs the database, cannot enter/);
  await chmod(above, 0o755);
});

test("another user's cluster is named", asOther, async (t) => {
  const dataDir = join(await freshDirectory(t), 'data');
  await mkdir(join(dataDir, 'postgres'), { recursive: true });
  await chmod(dataDir, 0o777);
  await assert.rejects(
    startHolder({ dataDir, user: NOBODY }),
    /belongs to user 0: start as that user or as root/,
  );
});

/** The package's files as npm leaves them when install scripts are blocked: without the symlinks. */
async function bareBinaries(parent: string): Promise<{ directory: string; version: string }> {
  const { directory: source, version } = await packagedBinaries();
  const directory = join(parent, 'native');
  await cp(source, directory, { recursive: true, verbatimSymlinks: true });
  const library = join(directory, 'lib');
  for (const entry of await readdir(library, { withFileTypes: true })) {
    if (entry.isSymbolicLink()) await unlink(join(library, entry.name));
  }
  assert.ok(existsSync(join(directory, 'pg-symlinks.json')));
  return { directory, version: `${version}-test-${process.pid}` };
}
