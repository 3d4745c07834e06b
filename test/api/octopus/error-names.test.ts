/** Every name of an error, and the requests that reach it: the list does not compile while one is missing. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setClientRate } from '../../../src/identity/client-store.ts';
import { createOctopusDialect } from '../../../src/protocols/octopus/dialect/routes.ts';
import type { ErrorName } from '../../../src/protocols/octopus/wire.ts';
import { type Answer, startApp, type TestApp } from '../../harness/app.ts';
import { assertRefused, logIn, type OctopusClient, openAccount, stored, TOPUPS } from './octopus-client.ts';

const GOOD = { product_id: 4219, amount: 200, input_data: { phone_number: '+918879685100' } };
const XML = { raw: '<a/>', headers: { 'content-type': 'application/xml' } };

describe('names of errors', () => {
  let app: TestApp;
  let client: OctopusClient;
  before(async () => {
    app = await startApp();
    client = await logIn(app);
  });
  after(() => app.close());

  const order = (by: OctopusClient, changes: object = {}) =>
    by.ask('POST', '/orders', { body: { ...GOOD, ...changes } });
  const open = (path: string, body: object) => app.request('POST', path, { body });

  /** The same order to a switch with other parts. */
  const orderAt = async (parts: Partial<TestApp['app']['services']>): Promise<Answer> => {
    const { app: edge } = createOctopusDialect({ ...app.app.services, ...parts });
    const url = `${TOPUPS}/orders`;
    const said = await edge.inject({ method: 'POST', url, headers: client.headers, payload: GOOD });
    await edge.close();
    const headers = new Headers(Object.entries(said.headers).map(([name, value]) => [name, `${value}`]));
    return { status: said.statusCode, headers, text: said.payload, body: said.json() };
  };
  const failing = () => {
    const { engine } = app.app.services;
    const intake = { submit: () => Promise.reject(new Error('gone')) };
    return { ...engine, intake: intake as unknown as typeof engine.intake };
  };
  const often = async () => {
    const { client: other, credentials } = await openAccount(app, []);
    await setClientRate(app.app.services.engine.database, credentials.id, 1);
    app.app.services.clients.forget();
    const answers = await Promise.all(
      Array.from({ length: 9 }, () => other.ask('GET', '/products?per_page=1')),
    );
    const refused = answers.find(({ status }) => status !== 200);
    assert.ok(refused, 'nine at once are more than one a second');
    assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/);
    return refused;
  };
  const poor = async () => order((await openAccount(app, [{ currency: 'INR', amount: 1_00n }])).client);
  const readOnly = async () =>
    order((await openAccount(app, [{ currency: 'INR', amount: 1_000_00n }], ['orders:read'])).client);

  type Row = readonly [code: string, status: number, ...asks: (() => Promise<Answer>)[]];
  const ROWS: Record<ErrorName, Row | 'never'> = {
    ValidationException: [
      'VALIDATION_FAILURE',
      400,
      () => order(client, { amount: -1 }),
      () => order(client, { amount: 1 }),
      () => client.ask('POST', '/lookup', { raw: '{' }),
      () => client.ask('GET', '/orders?status=DONE'),
      () => open('/auth/login', {}),
      () => open('/auth/refresh', {}),
    ],
    UnauthorizedError: [
      'UNAUTHORIZED',
      401,
      () => app.request('GET', `${TOPUPS}/products`),
      () => app.request('GET', `${TOPUPS}/products`, { headers: { authorization: 'Bearer x' } }),
      () => open('/auth/login', { username: app.credentials.client.id, password: 'wrong' }),
      () => open('/auth/refresh', { refresh_token: 'wrong' }),
      () => app.request('POST', '/auth/logout'),
    ],
    ForbiddenError: ['FORBIDDEN', 403, readOnly],
    NotFoundError: [
      'NOT_FOUND',
      404,
      () => client.ask('GET', '/nothing'),
      () => client.ask('GET', '/products/987654321'),
      () => client.ask('GET', '/orders/1'),
      () => app.request('GET', '/auth/nothing'),
    ],
    MethodNotAllowedError: [
      'METHOD_NOT_ALLOWED',
      405,
      () => client.ask('DELETE', '/orders'),
      () => app.request('GET', '/auth/login'),
    ],
    // JSON is answered whatever is accepted, as by Octopus.
    NotAcceptableError: 'never',
    PayloadTooLargeError: [
      'PAYLOAD_TOO_LARGE',
      413,
      () => client.ask('POST', '/lookup', { body: { mobile_number: 'x'.repeat(70_000) } }),
    ],
    UnsupportedMediaTypeError: [
      'UNSUPPORTED_MEDIA_TYPE',
      415,
      () => client.ask('POST', '/orders', XML),
      () => app.request('POST', '/auth/login', XML),
    ],
    TooManyRequestsError: ['TOO_MANY_REQUESTS', 429, often],
    InsufficientBalanceError: ['INSUFFICIENT_BALANCE', 400, poor],
    InternalServerError: ['INTERNAL_SERVER_ERROR', 500, () => orderAt({ engine: failing() })],
    ServiceUnavailableError: ['SERVICE_UNAVAILABLE', 503, () => orderAt({ takesOrders: () => false })],
  };

  for (const [name, row] of Object.entries(ROWS)) {
    if (row === 'never') continue;
    const [code, status, ...asks] = row;
    test(`${name}, ${code}, ${status}`, async () => {
      const earlier = (await stored(app)) as { orders: bigint };
      for (const ask of asks) {
        const answer = await ask();
        assertRefused(answer, status, name, /./);
        assert.equal(answer.body.error.code, code);
        assert.doesNotMatch(answer.text, /select |toprail\.|\.ts\b/i);
      }
      assert.equal(((await stored(app)) as { orders: bigint }).orders, earlier.orders);
    });
  }

  test('whatever is accepted, the answer is JSON', async () => {
    const answer = await client.ask('GET', '/products/4219', { headers: { accept: 'application/xml' } });
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
  });
});
