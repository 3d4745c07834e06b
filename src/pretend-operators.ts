/**
 * The pretend operators of a sandbox: run in this process, or by `npm run simulator` on the same port, which is used
 * as it stands.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from './config.ts';
import type { Clock } from './core/time.ts';
import { type Simulator, startSimulator } from './simulator/simulator.ts';
import { SimulatorFault } from './simulator/simulator-fault.ts';

export interface PretendOperators {
  readonly url: string;
  /** Undefined when another process runs them. */
  readonly own: Simulator | undefined;
}

interface Surroundings {
  readonly config: Config;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

interface Callbacks {
  readonly callbackSecret: string;
  readonly callbackUrl: (provider: string) => string;
}

export async function runPretendOperators(
  { config, clock, say }: Surroundings,
  callbacks: Callbacks,
): Promise<PretendOperators> {
  try {
    const own = await startSimulator({
      port: config.simulatorPort,
      host: config.host,
      journalPath: join(config.dataDir, 'simulator', 'journal.ndjson'),
      clock,
      onProgress: say,
      ...callbacks,
    });
    return { url: own.url, own };
  } catch (error) {
    const url = `http://${config.host}:${config.simulatorPort}`;
    if (!(error instanceof SimulatorFault) || !(await isSimulator(url))) throw error;
    const path = await writeCallbacks(config, callbacks);
    say(
      `using the pretend operators that run at ${url}; they call back when started with what is in ${path}`,
    );
    return { url, own: undefined };
  }
}

/** Where their callbacks go and how they are signed: environment of `npm run simulator`, for its owner only. */
async function writeCallbacks({ dataDir }: Config, callbacks: Callbacks): Promise<string> {
  const path = join(dataDir, 'simulator', 'callbacks.env');
  const lines = [
    `TOPRAIL_CALLBACK_URL=${callbacks.callbackUrl('sandbox')}`,
    `TOPRAIL_CALLBACK_SECRET=${callbacks.callbackSecret}`,
  ];
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  return path;
}

async function isSimulator(url: string): Promise<boolean> {
  try {
    const answer: unknown = await (await fetch(url, { signal: AbortSignal.timeout(2_000) })).json();
    return (
      typeof answer === 'object' && answer !== null && 'name' in answer && answer.name === 'toprail-simulator'
    );
  } catch {
    return false;
  }
}
