/** `npm run simulator`: the pretend operators alone, configured by the environment; with `statement`, what they write. */
import { join } from 'node:path';
import { systemClock } from '../core/time.ts';
import { type SimulatorOptions, startSimulator } from './simulator.ts';
import { SimulatorFault } from './simulator-fault.ts';
import { writeStatementFile } from './statement-command.ts';

const PORT = '8081';
const HOST = '127.0.0.1';
const DATA_DIR = './data';

/** Throws an error that names the variable. An empty variable is an absent one. */
function readEnvironment(env: NodeJS.ProcessEnv): Omit<SimulatorOptions, 'clock' | 'onProgress'> {
  const port = env['TOPRAIL_SIMULATOR_PORT'] || PORT;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new Error(`TOPRAIL_SIMULATOR_PORT: not a port: ${port}`);
  }
  const url = env['TOPRAIL_CALLBACK_URL'] || undefined;
  if (url !== undefined && !URL.canParse(url)) throw new Error(`TOPRAIL_CALLBACK_URL: not a URL: ${url}`);
  const callbackSecret = env['TOPRAIL_CALLBACK_SECRET'] ?? '';
  if (url !== undefined && callbackSecret === '') {
    throw new Error('TOPRAIL_CALLBACK_SECRET: needed to sign callbacks to TOPRAIL_CALLBACK_URL');
  }
  return {
    port: Number(port),
    host: env['TOPRAIL_HOST'] || HOST,
    journalPath: join(env['TOPRAIL_DATA_DIR'] || DATA_DIR, 'simulator', 'journal.ndjson'),
    callbackUrl: () => url,
    callbackSecret,
  };
}

function onProgress(line: string): void {
  console.log(line);
}

async function run(): Promise<void> {
  const settings = readEnvironment(process.env);
  const [command, ...args] = process.argv.slice(2);
  if (command === 'statement') return writeStatementFile(args, { ...settings, onProgress });
  const simulator = await startSimulator({ ...settings, clock: systemClock, onProgress });
  onProgress(`simulator: callbacks ${settings.callbackUrl('') === undefined ? 'are off' : 'are sent'}`);
  const stop = () => {
    onProgress('simulator: stops');
    void simulator.close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

run().catch((error: unknown) => {
  const isExpected = error instanceof SimulatorFault || (error instanceof Error && error.name === 'Error');
  console.error(`simulator: ${isExpected ? error.message : String(error)}`);
  process.exitCode = 1;
});
