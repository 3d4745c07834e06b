/**
 * Requests as bytes. `refused`: the connection is closed with 400 or its like, and nothing that follows on it is
 * done. `served`: strange and right.
 */
export interface FramingCase {
  readonly told: string;
  readonly bytes: string;
}

const get = (headers: string, target = '/healthz', version = 'HTTP/1.1') =>
  `GET ${target} ${version}\r\n${headers}\r\n`;
const post = (headers: string, body: string, version = 'HTTP/1.1') =>
  `POST /v1/lookup ${version}\r\nHost: a\r\nContent-Type: application/json\r\n${headers}\r\n${body}`;
const chunked = 'Transfer-Encoding: chunked\r\n';

export const SERVED: readonly FramingCase[] = [
  { told: 'plain', bytes: get('Host: a\r\n') },
  { told: 'an absolute target', bytes: get('Host: proxy\r\n', 'http://elsewhere.example/healthz') },
  { told: 'an empty line before the request', bytes: `\r\n${get('Host: a\r\n')}` },
  { told: 'names in any case', bytes: get('hOsT: a\r\n') },
  { told: 'space around a value', bytes: get('Host:   a  \r\n') },
  { told: 'an empty value', bytes: get('Host: a\r\nX-Empty:\r\n') },
  { told: 'HTTP/1.0', bytes: get('Host: a\r\n', '/healthz', 'HTTP/1.0') },
  { told: 'a length of nothing', bytes: get('Host: a\r\nContent-Length: 0\r\n') },
  { told: 'a long target', bytes: get('Host: a\r\n', `/healthz?${'x'.repeat(8_000)}`) },
  { told: 'plain chunks', bytes: `${get(`Host: a\r\n${chunked}`)}0\r\n\r\n` },
  { told: 'two requests in one piece', bytes: get('Host: a\r\n') + get('Host: a\r\n') },
];

export const REFUSED: readonly FramingCase[] = [
  { told: 'no Host', bytes: get('') },
  { told: 'two Hosts', bytes: get('Host: a\r\nHost: b\r\n') },
  { told: 'two Hosts that agree', bytes: get('Host: a\r\nHost: a\r\n') },
  { told: 'a length and chunks', bytes: post(`Content-Length: 3\r\n${chunked}`, '0\r\n\r\n') },
  { told: 'chunks and a length', bytes: post(`${chunked}Content-Length: 3\r\n`, '0\r\n\r\n') },
  { told: 'identity', bytes: post('Transfer-Encoding: identity\r\n', '{}') },
  { told: 'gzip, chunked', bytes: post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n') },
  { told: 'chunked, identity', bytes: post('Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n') },
  { told: 'chunked twice', bytes: post(chunked + chunked, '0\r\n\r\n') },
  { told: 'xchunked', bytes: post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n') },
  { told: 'chunked in quotes', bytes: post('Transfer-Encoding: "chunked"\r\n', '0\r\n\r\n') },
  { told: 'chunks with HTTP/1.0', bytes: post(chunked, '0\r\n\r\n', 'HTTP/1.0') },
  {
    told: 'chunks, and a space before the colon',
    bytes: post('Transfer-Encoding : chunked\r\n', '0\r\n\r\n'),
  },
  { told: 'a chunk of letters', bytes: post(chunked, 'zz\r\n{}\r\n0\r\n\r\n') },
  { told: 'a negative chunk', bytes: post(chunked, '-2\r\n{}\r\n0\r\n\r\n') },
  { told: 'a chunk with 0x', bytes: post(chunked, '0x2\r\n{}\r\n0\r\n\r\n') },
  { told: 'a chunk beyond all', bytes: post(chunked, 'fffffffffffffffff\r\n{}\r\n0\r\n\r\n') },
  { told: 'a chunk without its line end', bytes: post(chunked, '2\r\n{}0\r\n\r\n') },
  { told: 'a chunk that ends in a bare line feed', bytes: post(chunked, '2\n{}\n0\n\n') },
  { told: 'a negative length', bytes: post('Content-Length: -1\r\n', '{}') },
  { told: 'a length with a plus', bytes: post('Content-Length: +2\r\n', '{}') },
  { told: 'a length in hexadecimal', bytes: post('Content-Length: 0x2\r\n', '{}') },
  { told: 'a length with a fraction', bytes: post('Content-Length: 2.0\r\n', '{}') },
  { told: 'two lengths in one', bytes: post('Content-Length: 2, 2\r\n', '{}') },
  { told: 'two lengths', bytes: post('Content-Length: 2\r\nContent-Length: 3\r\n', '{}') },
  { told: 'two lengths that agree', bytes: post('Content-Length: 2\r\nContent-Length: 2\r\n', '{}') },
  { told: 'a length beyond all', bytes: post('Content-Length: 99999999999999999999\r\n', '{}') },
  { told: 'an empty length', bytes: post('Content-Length: \r\n', '{}') },
  { told: 'a folded header', bytes: get('Host: a\r\nX-Folded: a\r\n b\r\n') },
  { told: 'a folded first header', bytes: get(' Host: a\r\n') },
  { told: 'a space before the colon', bytes: get('Host : a\r\n') },
  { told: 'a header without a colon', bytes: get('Host: a\r\nnonsense\r\n') },
  { told: 'a header without a name', bytes: get('Host: a\r\n: b\r\n') },
  { told: 'a name with a space', bytes: get('Host: a\r\nX Y: b\r\n') },
  { told: 'a NUL in a value', bytes: get('Host: a\r\nX: a\0b\r\n') },
  { told: 'a carriage return in a value', bytes: get('Host: a\r\nX: a\rb\r\n') },
  { told: 'bare line feeds', bytes: 'GET /healthz HTTP/1.1\nHost: a\n\n' },
  { told: 'a bare line feed among them', bytes: get('Host: a\nX: b\r\n') },
  { told: 'bare carriage returns', bytes: 'GET /healthz HTTP/1.1\rHost: a\r\r' },
  { told: 'headers beyond the limit', bytes: get(`Host: a\r\n${'X: y\r\n'.repeat(5_000)}`) },
  { told: 'a header beyond the limit', bytes: get(`Host: a\r\nX: ${'y'.repeat(20_000)}\r\n`) },
  { told: 'a target beyond the limit', bytes: get('Host: a\r\n', `/${'x'.repeat(20_000)}`) },
  { told: 'a space in the target', bytes: get('Host: a\r\n', '/health z') },
  { told: 'HTTP/9.9', bytes: get('Host: a\r\n', '/healthz', 'HTTP/9.9') },
  { told: 'HTTP/0.9', bytes: 'GET /healthz\r\n\r\n' },
  { told: 'another protocol', bytes: get('Host: a\r\n', '/healthz', 'ICE/1.0') },
  { told: 'a method that is none', bytes: 'STEAL /healthz HTTP/1.1\r\nHost: a\r\n\r\n' },
  { told: 'a method in small letters', bytes: 'get /healthz HTTP/1.1\r\nHost: a\r\n\r\n' },
  { told: 'the preface of HTTP/2', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' },
  { told: 'the hello of TLS', bytes: `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${'\x5a'.repeat(64)}` },
  { told: 'noise', bytes: '\x00\xff\x10\x80'.repeat(50) },
  { told: 'SSH', bytes: 'SSH-2.0-OpenSSH_9.9\r\n' },
];
