/**
 * `npm run samples`: sends every sample of docs/samples with curl to a running switch, shows request and answer, and
 * ends with 1 when an answer is not as it should be.
 *
 *     npm run samples -- [--url http://127.0.0.1:8080] [--data-dir data]
 *
 * The credentials are those of `sandbox.json` in the data directory, and so is the address unless it is given.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CurlFault, findCurl, requestArguments } from './samples/curl.ts';
import { type Credentials, type Outcome, runSamples, valuesOf } from './samples/run-samples.ts';
import { DIALECTS, type Dialect, readSamples, type Values } from './samples/sample.ts';
import { openShortAccount } from './samples/short-account.ts';

/** Of an answer, as much as is good to read; what is checked is all of it. */
const ITEMS_MAX = 3;
const CHARACTERS_MAX = 80;
const SECRET_CHARACTERS = 8;

try {
  await main();
} catch (error) {
  console.error(`samples  ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values: given } = parseArgs({
    options: { url: { type: 'string' }, 'data-dir': { type: 'string' } },
  });
  const version = await findCurl();
  if (version === undefined) throw new Error('curl is missing: install it (apt install curl) and try again');
  const dataDir = resolve(given['data-dir'] ?? process.env['TOPRAIL_DATA_DIR'] ?? 'data');
  const sandbox = readSandbox(dataDir);
  const url = (given.url ?? sandbox.baseUrl).replace(/\/+$/, '');
  console.log(`samples  to ${url} with ${version}`);

  let sent = 0;
  const failed: string[] = [];
  for (const dialect of DIALECTS) {
    await withValues(dialect, dataDir, valuesOf(sandbox), async (values) => {
      for await (const outcome of runSamples(url, readSamples(dialect), values)) {
        sent += 1;
        if (outcome.wrong.length > 0) failed.push(`${dialect}: ${outcome.sample.name}`);
        console.log(render(dialect, outcome));
      }
    }).catch((error: unknown) => {
      throw error instanceof CurlFault ? new Error(`${url} does not answer: ${error.message}`) : error;
    });
  }
  console.log(`\nsamples  ${sent - failed.length} of ${sent} are answered as they should be`);
  for (const name of failed) console.log(`FAILED   ${name}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

function readSandbox(dataDir: string): Credentials & { readonly baseUrl: string } {
  const path = join(dataDir, 'sandbox.json');
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Credentials & { baseUrl: string }; // written by the switch
  } catch {
    throw new Error(`${path} cannot be read: start the switch with npm start, or name its --data-dir`);
  }
}

/** Only one dialect has a sample that needs an account of its own. */
async function withValues(
  dialect: Dialect,
  dataDir: string,
  values: Values,
  work: (values: Values) => Promise<void>,
): Promise<void> {
  if (dialect !== 'a1topup') return work(values);
  const short = await openShortAccount(dataDir);
  try {
    await work({ ...values, shortApiKey: short.apiKey });
  } finally {
    await short.close();
  }
}

function render(dialect: Dialect, { sample, shown, received, asked, wrong }: Outcome): string {
  const verdict =
    wrong.length === 0
      ? ['   as it should be']
      : wrong.map((complaint) => `   NOT AS IT SHOULD BE: ${complaint}`);
  return [
    `\n── ${dialect}: ${sample.name}`,
    ...(shown ? [`curl ${requestArguments(shown).map(quote).join(' ').replaceAll(' --', ' \\\n  --')}`] : []),
    ...(received ? [`→ ${received.status}${asked > 1 ? `, the last of ${asked} answers` : ''}`] : []),
    ...(received ? [JSON.stringify(abridge(received.body), undefined, 2) ?? '(no JSON)'] : []),
    ...verdict,
  ].join('\n');
}

/** For a shell. */
function quote(text: string): string {
  return /^[\w/:.@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function abridge(value: unknown, name = ''): unknown {
  if (typeof value === 'string') {
    const max = /token|secret/.test(name) ? SECRET_CHARACTERS : CHARACTERS_MAX;
    return value.length > max && name !== 'token_type' ? `${value.slice(0, max)}…` : value;
  }
  if (Array.isArray(value)) {
    const more = value.length - ITEMS_MAX;
    const first = value.slice(0, ITEMS_MAX).map((item: unknown) => abridge(item));
    return more > 0 ? [...first, `… and ${more} more`] : first;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, abridge(inner, member)]));
}
