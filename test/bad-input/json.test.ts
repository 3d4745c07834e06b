/** What is JSON and what is not: to the parser, and at the door of every API. */
import assert from 'node:assert/strict';
import { after, before, describe, it, test } from 'node:test';
import { MalformedJson, parseJson } from '../../src/core/json.ts';
import { shapesOf } from '../api/error-shapes.ts';
import { startApp, type TestApp } from '../harness/app.ts';
import { type Callers, makeCallers } from './callers.ts';
import { MISCODED, READ, REFUSED } from './json-cases.ts';
import { DIALECTS, readOperations } from './places.ts';
import { stored } from './stored.ts';

describe('the parser', () => {
  for (const [told, text] of READ)
    it(`reads ${told}`, () =>
      assert.equal(JSON.stringify(parseJson(text)), JSON.stringify(JSON.parse(text))));

  for (const [told, content] of REFUSED)
    it(`refuses ${told}`, () => assert.throws(() => parseJson(String(content)), MalformedJson));
});

describe('at the door', () => {
  let app: TestApp;
  let callers: Callers;
  before(async () => {
    app = await startApp({ TOPRAIL_LOG_LEVEL: 'error' });
    callers = await makeCallers(app);
  });
  after(() => app.close());

  for (const [told, content] of MISCODED) {
    it(`regression: ${told} is not read as something else`, async () => {
      const answer = await fetch(`${app.url}/v1/orders`, {
        method: 'POST',
        headers: { ...callers.headers.native, 'content-type': 'application/json' },
        body: new Uint8Array(content),
      });
      assert.equal(((await answer.json()) as { code: string }).code, 'malformed_request');
    });
  }

  for (const dialect of DIALECTS) {
    test(`${dialect}: what is not JSON is a declared refusal`, async () => {
      const earlier = await stored(app);
      const [way] = readOperations(dialect, callers.values).filter(({ body }) => body !== undefined);
      assert.ok(way);
      const send = (content: string | Buffer) =>
        fetch(app.url + way.path, {
          method: way.method,
          headers: { ...callers.headers[dialect], 'content-type': 'application/json' },
          body: new Uint8Array(Buffer.from(content)),
        });
      for (const [told, content] of [...REFUSED, ...MISCODED]) {
        const answer = await send(content);
        const text = await answer.text();
        assert.equal(Math.floor(answer.status / 100), 4, `${told}: ${text}`);
        assert.deepEqual(shapesOf(JSON.parse(text), answer.headers.get('content-type')), [dialect], told);
      }
      for (const [told, content] of READ) {
        const answer = await send(content);
        assert.ok(answer.status < 500, `${told}: ${await answer.text()}`);
      }
      assert.deepEqual(await stored(app), earlier);
      assert.deepEqual(app.logged, []);
    });
  }
});
