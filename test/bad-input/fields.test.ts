/**
 * Strange values in every place of every API: always an answer that the document declares, in the API's own shape,
 * and nothing is stored. Each place gets a part of the values here, and all of them in test/long.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startApp, type TestApp } from '../harness/app.ts';
import { type Callers, makeCallers } from './callers.ts';
import { DIALECTS } from './places.ts';
import { stored } from './stored.ts';
import { throwAt } from './throw-at.ts';

const ONE_IN = Number(process.env['TOPRAIL_STRANGE_ONE_IN'] ?? 11);

describe('strange values in every place', () => {
  let app: TestApp;
  let callers: Callers;
  before(async () => {
    app = await startApp({ TOPRAIL_LOG_LEVEL: 'error' });
    callers = await makeCallers(app);
  });
  after(() => app.close());

  for (const dialect of DIALECTS) {
    test(dialect, async (context) => {
      const earlier = await stored(app);
      app.logged.length = 0;
      const { requests, places, wrong } = await throwAt(app, callers, { dialect, oneIn: ONE_IN });
      assert.deepEqual(wrong.slice(0, 20), [], `${wrong.length} wrong answers`);
      assert.deepEqual(await stored(app), earlier, 'nothing is stored');
      assert.deepEqual(app.logged, [], 'nothing went wrong inside');
      assert.ok(places > 10);
      context.diagnostic(`${requests} requests at ${places} places`);
    });
  }
});
