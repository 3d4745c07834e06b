/** Logos are pictures of this server, for anybody. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startApp, type TestApp } from '../harness/app.ts';

describe('logos of operators', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  test('an SVG without anything from outside, which is kept and asked for again by its ETag', async () => {
    const logo = await app.request('GET', '/logos/173.svg');
    assert.equal(logo.status, 200);
    assert.match(logo.headers.get('content-type') ?? '', /^image\/svg\+xml/);
    assert.match(logo.headers.get('cache-control') ?? '', /^public, max-age=\d{6}/);
    assert.match(logo.text, /^<svg [^>]+>.*<title>Digicel Haiti<\/title>.*>DH<\/text><\/svg>$/);
    assert.equal(logo.text.replace('http://www.w3.org/2000/svg', '').includes('http'), false);
    const etag = logo.headers.get('etag') ?? '';
    for (const header of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await app.request('GET', '/logos/173.svg', { headers: { 'if-none-match': header } });
      assert.deepEqual([again.status, again.text], [304, ''], header);
    }
    const stale = await app.request('GET', '/logos/173.svg', { headers: { 'if-none-match': '"other"' } });
    assert.equal(stale.status, 200);
  });

  for (const path of ['/logos/99999999.svg', '/logos/0.svg', '/logos/173.png', '/logos/..%2f173.svg']) {
    test(`${path} is not found`, async () => {
      assert.equal((await app.request('GET', path)).status, 404);
    });
  }
});
