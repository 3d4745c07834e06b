/** A server for the bench: `node bench/server.ts batch|naive`, configured by the environment as the product is. */
import { startApp } from '../src/app.ts';
import { EMBEDDED_DATABASE, openInstallation } from '../src/cli/connect.ts';
import { parseConfig } from '../src/config.ts';
import { systemClock } from '../src/core/time.ts';
import { findMasterKey } from '../src/identity/master-key.ts';
import { createLog } from '../src/platform/log.ts';
import { naiveEngine } from './naive-intake.ts';

/** Between two looks at the memory: garbage is collected at its peaks, which last longer. */
const LOOK_MS = 50;

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
let peakBytes = 0;
const look = () => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
};
setInterval(look, LOOK_MS).unref();
process.on('message', (message) => {
  if (message !== 'peak') return;
  look();
  process.send?.(peakBytes);
  peakBytes = 0;
});
const stop = () =>
  void app
    .stop()
    .then(() => installation.close())
    .then(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('disconnect', stop); // the bench is gone
console.log(`ready at ${app.url}`);
