/** A server for the bench: `node bench/server.ts batch|naive`, configured by the environment as the product is. */
import { startApp } from '../src/app.ts';
import { EMBEDDED_DATABASE, openInstallation } from '../src/cli/connect.ts';
import { parseConfig } from '../src/config.ts';
import { systemClock } from '../src/core/time.ts';
import { findMasterKey } from '../src/identity/master-key.ts';
import { createLog } from '../src/platform/log.ts';
import { naiveEngine } from './naive-intake.ts';

const design = process.argv[2];
const config = parseConfig(process.env);
const installation = await openInstallation(config, () => {});
const { cluster } = installation;
if (!cluster) throw new Error('the bench brings its own PostgreSQL');
const masterKey = await findMasterKey({
  given: config.masterKey,
  dataDir: config.dataDir,
  database: 'embedded',
});
const app = await startApp({
  config,
  databaseUrl: installation.appUrl,
  masterKey,
  clock: systemClock,
  log: createLog('warn'),
  say: () => {},
  onFatal: (why) => {
    throw new Error(why);
  },
  ...(design === 'naive'
    ? { adaptEngine: (engine) => naiveEngine(engine, cluster.url('postgres', EMBEDDED_DATABASE)) }
    : {}),
});
console.log(`ready at ${app.url}`);
process.on('message', (message) => {
  if (message === 'cpu') process.send?.({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() });
});
process.on(
  'SIGTERM',
  () =>
    void app
      .stop()
      .then(() => installation.close())
      .then(() => process.exit(0)),
);
