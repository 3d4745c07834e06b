/**
 * HTTP as the load generator speaks it: requests written from prepared text, answers read only as far as their status
 * and length. On two cores a client that does more would be measured instead of the server.
 */
import { randomBytes } from 'node:crypto';

export interface RequestShape {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** ASCII. Each REFERENCE, here and in the values of headers, becomes another one in every request. */
  readonly body?: string;
}

/** Stands for something that no request has had before, of as many characters. */
export const REFERENCE = '[[[reference]]]';

const TAG_BYTES = 4;

/** The text of the next request on the wire: the shapes take turns. */
export function requestWriter(host: string, shapes: readonly RequestShape[]): () => string {
  const tag = randomBytes(TAG_BYTES).toString('hex');
  const countChars = REFERENCE.length - tag.length;
  const texts = shapes.map((shape) => wireText(host, shape).split(REFERENCE));
  let references = 0;
  let turn = 0;
  return () => {
    const [first = '', ...rest] = texts[turn++ % texts.length] ?? [];
    return rest.reduce(
      (text, part) => text + tag + `${references++}`.padStart(countChars, '0') + part,
      first,
    );
  };
}

function wireText(host: string, { method, path, headers, body }: RequestShape): string {
  const sent = {
    host,
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': `${body.length}` }),
    ...headers,
  };
  const lines = Object.entries(sent).map(([name, value]) => `${name}: ${value}`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

const HEAD_END = '\r\n\r\n';
const HEAD_CHARS_MAX = 16_384;
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 304]);

/**
 * Takes what comes over a connection and tells the status of each answer once it is whole. There is one answer at a
 * time. Throws when the bytes are no answer that could be counted.
 */
export function answerReader(onAnswer: (status: number) => void): (chunk: Buffer) => void {
  let head = '';
  let status = 0;
  let missing = 0; // bytes of a body that has begun
  return (chunk) => {
    if (missing > 0) {
      missing -= chunk.length;
    } else {
      head += chunk.toString('latin1');
      const end = head.indexOf(HEAD_END);
      if (end < 0 && head.length < HEAD_CHARS_MAX) return;
      status = statusOf(head);
      missing = end + HEAD_END.length + bodyBytes(head.slice(0, end), status) - head.length;
      head = '';
    }
    if (missing < 0) throw new Error('more came than was asked for');
    if (missing === 0) onAnswer(status);
  };
}

function statusOf(head: string): number {
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1];
  if (status === undefined) throw new Error(`this is no answer: ${head.slice(0, 40)}`);
  return Number(status);
}

function bodyBytes(head: string, status: number): number {
  if (WITHOUT_BODY.has(status)) return 0;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer of ${status} without its length`);
  return Number(length);
}
