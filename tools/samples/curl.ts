/** One request with the curl of the machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Received, Values } from './sample.ts';

const ANSWER_SECONDS_MAX = 30;

export interface CurlRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Values;
  readonly body?: unknown;
}

/** Curl could not ask, or was not answered. */
export class CurlFault extends Error {}

/** Its name and version; undefined when there is none on this machine. */
export async function findCurl(): Promise<string | undefined> {
  const said = await curl(['--version']).catch(() => undefined);
  return said?.split(' ', 2).join(' ');
}

/** What a person would type for it: also the arguments that are really used. */
export function requestArguments({ method, url, headers, body }: CurlRequest): readonly string[] {
  return [
    '--request',
    method,
    url,
    ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    ...(body === undefined ? [] : ['--data', JSON.stringify(body, undefined, 2)]),
  ];
}

/** Throws a CurlFault when there is no answer at all. */
export async function send(request: CurlRequest): Promise<Received> {
  // The person's own settings and proxies must not come between: `--disable` counts only as the first argument.
  const quiet = ['--disable', '--noproxy', '*', '--silent', '--show-error', '--globoff'];
  const limits = ['--max-time', `${ANSWER_SECONDS_MAX}`, '--write-out', '\n%{http_code}'];
  const output = await curl([...quiet, ...limits, ...requestArguments(request)]);
  const end = output.lastIndexOf('\n');
  return { status: Number(output.slice(end + 1)), body: parse(output.slice(0, end)) };
}

async function curl(args: readonly string[]): Promise<string> {
  const child = spawn('curl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new CurlFault(stderr.trim() || `curl ended with ${status}`);
  return stdout;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
