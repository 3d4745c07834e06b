/** `npm start`: the whole switch, in one process or several, with its sandbox unless told otherwise. */
import { join } from 'node:path';
import { type App, startApp } from './app.ts';
import { openInstallation } from './cli/connect.ts';
import { type Config, ConfigError, parseConfig } from './config.ts';
import { systemClock } from './core/time.ts';
import { findMasterKey, KeyFault } from './identity/master-key.ts';
import { createLog } from './platform/log.ts';
import { isAlone, isSpeaker, type Processes, startProcesses, tellReady } from './processes.ts';

const say = (line: string) => {
  if (isSpeaker) process.stdout.write(`toprail  ${line}\n`);
};

async function main(): Promise<void> {
  const config = parseConfig(process.env);
  const log = createLog(config.logLevel);
  const installation = await openInstallation(config, say);
  const masterKey = await findMasterKey({
    given: config.masterKey,
    dataDir: config.dataDir,
    database: installation.cluster ? 'embedded' : 'own',
  });
  let running: App | Processes | undefined;
  let ending = false;
  const end = async (code: number) => {
    if (ending) return;
    ending = true;
    await running?.stop();
    await installation.close();
    if (isAlone) say('stopped'); // of several, the one that started the others
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
  if (config.processes > 1) {
    const processes = await startProcesses(config, { clock: systemClock, log });
    running = processes;
    process.stdout.write(processes.announcement);
    return;
  }
  const app = await startApp({
    config,
    databaseUrl: installation.appUrl,
    masterKey,
    clock: systemClock,
    log,
    say,
    onFatal,
  });
  running = app;
  const simulatorPort = app.operators && Number(new URL(app.operators.url).port);
  const announcement = announce(app, config);
  if (isAlone) process.stdout.write(announcement);
  else tellReady({ ...(simulatorPort !== undefined && { simulatorPort }), announcement });
}

function announce(app: App, config: Config): string {
  const ready = `ready at ${app.url}  (reference pages: ${app.url}/docs)`;
  if (!app.sandbox) return `toprail  ${ready}\n`;
  const lines = [
    ready,
    `pretend operators at ${app.operators?.url ?? ''}, their journal at ${app.operators?.url ?? ''}/journal`,
    `credentials: ${join(config.dataDir, 'sandbox.json')}`,
    'try it:\n',
  ].map((line) => `toprail  ${line}\n`);
  return `${lines.join('')}${tryIt(app.url, app.sandbox.credentials.apiKey)}\n\n`;
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
