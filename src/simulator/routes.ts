/**
 * What the simulator serves. One simulator plays any number of providers, told apart by the path:
 *
 *   POST /p/<provider>/topups              GET /p/<provider>/topups/<reference>
 *   GET  /journal?after=<seq>              GET /
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../core/time.ts';
import { CODES, readTopupRequest } from '../protocols/sandbox/wire.ts';
import type { Journal } from './journal.ts';
import type { Operators } from './operators.ts';
import { SILENT_MS, scenarioOf } from './scenarios.ts';
import { answerOf, type Topup, wishOf } from './topup.ts';

const BODY_BYTES_MAX = 16 * 1024;
const TOPUPS = /^\/p\/([\w.-]{1,64})\/topups(?:\/([\w.-]{1,64}))?$/;
const GARBAGE = '<html><body>Operator gateway: everything is fine</body></html>';

export interface Rooms {
  readonly clock: Clock;
  readonly operators: Operators;
  readonly journal: Journal;
}

export async function handleRequest(
  rooms: Rooms,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  const [isTopups, provider, reference] = TOPUPS.exec(path) ?? [];
  const call = `${request.method} ${isTopups ? '/topups' : path}`;
  if (call === 'POST /topups' && provider !== undefined && reference === undefined) {
    return takeTopup(rooms, { provider, body: await readBody(request) }, response);
  }
  request.resume(); // a body that nobody reads would hold up the connection
  if (call === 'GET /topups' && provider !== undefined && reference !== undefined) {
    return tellStatus(rooms, { provider, reference }, response);
  }
  if (call === 'GET /journal') return streamJournal(rooms.journal, query, response);
  if (call === 'GET /') return sendJson(response, 200, describe(rooms));
  sendJson(response, 404, { code: CODES.notFound });
}

/** So that whoever finds the port taken can see that it is taken by a simulator. */
function describe({ journal }: Rooms): object {
  return { name: 'toprail-simulator', journal: { last_seq: journal.lastSeq } };
}

async function takeTopup(
  { operators }: Rooms,
  { provider, body }: { readonly provider: string; readonly body: string | undefined },
  response: ServerResponse,
): Promise<void> {
  const request = body === undefined ? undefined : readTopupRequest(body);
  if (!request) return sendJson(response, 400, { code: CODES.badRequest });
  const submission = await operators.submit(wishOf(provider, request));
  if (submission.kind === 'conflict') return sendJson(response, 409, { code: CODES.referenceConflict });

  const { topup } = submission;
  const { answer, statusQuery } = scenarioOf(topup.plan);
  // Said again, a lost answer is found (an idempotent submit is answered with the outcome), unless the plan
  // knows nothing of the top-up itself.
  const isLost = submission.kind === 'taken' ? answer === 'lost' : statusQuery === 'not_found';
  if (isLost) response.destroy();
  else if (submission.kind === 'taken' && answer === 'garbage') sendText(response, 200, 'text/html', GARBAGE);
  else sendJson(response, 200, answerOf(topup));
}

async function tellStatus(
  { clock, operators }: Rooms,
  key: Pick<Topup, 'provider' | 'reference'>,
  response: ServerResponse,
): Promise<void> {
  await operators.recorded();
  const topup = operators.find(key);
  const statusQuery = topup && scenarioOf(topup.plan).statusQuery;
  if (!topup || statusQuery === 'not_found') return sendJson(response, 404, { code: CODES.notFound });
  const isSilent = statusQuery === 'silent_at_first' && clock.now() < topup.submittedAtMs + SILENT_MS;
  if (isSilent) response.destroy();
  else sendJson(response, 200, answerOf(topup));
}

function streamJournal(journal: Journal, query: string, response: ServerResponse): void {
  const after = new URLSearchParams(query).get('after') ?? '0';
  if (!/^\d{1,15}$/.test(after)) return sendJson(response, 400, { code: CODES.badRequest });
  const lines = journal.streamAfter(Number(after));
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  if (!lines) {
    response.end();
    return;
  }
  lines.on('error', () => response.destroy());
  response.on('close', () => lines.destroy());
  lines.pipe(response);
}

/** The whole body, or undefined when it is over the limit or breaks off. */
function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
    });
    request.on('end', () => resolve(bytes <= BODY_BYTES_MAX ? Buffer.concat(chunks).toString() : undefined));
    request.on('error', () => resolve(undefined));
    request.on('close', () => resolve(undefined));
  });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  sendText(response, status, 'application/json', JSON.stringify(body));
}

function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
