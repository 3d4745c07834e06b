/** `npm start`: the whole switch in one process, with its sandbox unless told otherwise. */
import { join } from 'node:path';
import { type App, startApp } from './app.ts';
import { openInstallation } from './cli/connect.ts';
import { type Config, ConfigError, parseConfig } from './config.ts';
import { systemClock } from './core/time.ts';
import { findMasterKey, KeyFault } from './identity/master-key.ts';
import { createLog } from './platform/log.ts';

const say = (line: string) => process.stdout.write(`toprail  ${line}\n`);

async function main(): Promise<void> {
  const config = parseConfig(process.env);
  const log = createLog(config.logLevel);
  const installation = await openInstallation(config, say);
  const masterKey = await findMasterKey({
    given: config.masterKey,
    dataDir: config.dataDir,
    database: installation.cluster ? 'embedded' : 'own',
  });
  let app: App | undefined;
  let ending = false;
  const end = async (code: number) => {
    if (ending) return;
    ending = true;
    await app?.stop();
    await installation.close();
    say('stopped');
    process.exit(code);
  };
  const onFatal = (why: string) => {
    log.error({ code: why }, 'the process cannot go on');
    void end(1);
  };
  // PostgreSQL died under us: it is started again, and whoever waits for a commit tries again meanwhile.
  installation.cluster?.onExit(() => {
    if (ending) return;
    log.error({}, 'PostgreSQL has ended unexpectedly; it is started again');
    installation.cluster?.restart().catch((error: unknown) => {
      say(error instanceof Error ? error.message : String(error));
      onFatal('PostgreSQL does not come back');
    });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(0));
  app = await startApp({
    config,
    databaseUrl: installation.appUrl,
    masterKey,
    clock: systemClock,
    log,
    say,
    onFatal,
  });
  announce(app, config);
}

function announce(app: App, config: Config): void {
  say(`ready at ${app.url}  (reference pages: ${app.url}/docs)`);
  if (!app.sandbox) return;
  say(
    `pretend operators at ${app.operators?.url ?? ''}, their journal at ${app.operators?.url ?? ''}/journal`,
  );
  say(`credentials: ${join(config.dataDir, 'sandbox.json')}`);
  say('try it:\n');
  process.stdout.write(`${tryIt(app.url, app.sandbox.credentials.apiKey)}\n\n`);
}

/** Works as pasted: tops up a phone in Haiti and waits for the outcome. */
function tryIt(url: string, apiKey: string): string {
  const order = {
    reference: `first-${Date.now()}`,
    product: 173,
    recipient: { phone: '+50936377111' },
    amount: { value: '15.00', currency: 'USD' },
  };
  return [
    `  curl -s ${url}/v1/orders -H 'Authorization: Bearer ${apiKey}' \\`,
    `    -H 'Content-Type: application/json' -H 'Prefer: wait=10' -d '${JSON.stringify(order)}'`,
  ].join('\n');
}

try {
  await main();
} catch (error) {
  const known = error instanceof ConfigError || error instanceof KeyFault;
  process.stderr.write(`toprail  ${error instanceof Error ? error.message : String(error)}\n`);
  if (!known && error instanceof Error && process.env['TOPRAIL_LOG_LEVEL'] === 'debug') console.error(error);
  process.exit(1);
}
