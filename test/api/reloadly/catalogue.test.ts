import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startApp, type TestApp } from '../../harness/app.ts';
import {
  assertShape,
  BALANCE,
  COMMISSION,
  COUNTRY,
  ERROR,
  FX_RATE,
  NOT_FOUND,
  OPERATOR,
  PROMOTION,
  pageOf,
  type Shape,
  SIMPLIFIED_OPERATOR,
} from './shapes.ts';

const RELOADLY = 'application/com.reloadly.topups-v1+json';

describe('what can be bought', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());
  const get = async (path: string) => {
    const answer = await app.request('GET', path, { as: 'reloadly' });
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
    return answer.body;
  };
  const post = (path: string, body: unknown) => app.request('POST', path, { as: 'reloadly', body });
  const refused = async (method: string, path: string, status: number, code: string, body?: unknown) => {
    const answer = await app.request(method, path, {
      as: 'reloadly',
      ...(body === undefined ? {} : { body }),
    });
    assert.equal(answer.status, status, `${path}: ${answer.text}`);
    assertShape(answer.body, ERROR);
    assert.equal(answer.body.errorCode, code, path);
    return answer.body;
  };

  const SHAPES: [path: string, shape: Shape][] = [
    ['/accounts/balance', BALANCE],
    ['/countries', [COUNTRY]],
    ['/countries/HT', COUNTRY],
    ['/countries/ht', COUNTRY],
    ['/operators', pageOf(OPERATOR)],
    ['/operators?simplified=true', pageOf(SIMPLIFIED_OPERATOR)],
    ['/operators/173', OPERATOR],
    ['/operators/173?suggestedAmounts=true&suggestedAmountsMap=true', OPERATOR],
    ['/operators/173/', OPERATOR],
    ['/operators/countries/HT', [OPERATOR]],
    ['/operators/countries/ht?simplified=true', [SIMPLIFIED_OPERATOR]],
    ['/operators/auto-detect/phone/+50936377111/countries/HT', OPERATOR],
    ['/operators/auto-detect/phone/+50936377111/country-code/HT', OPERATOR],
    ['/operators/mnp-lookup/phone/50936377111/countries/HT', OPERATOR],
    ['/operators/commissions', pageOf(COMMISSION)],
    ['/operators/173/commissions', COMMISSION],
    ['/promotions', pageOf(PROMOTION)],
    ['/promotions/operators/173', [PROMOTION]],
    ['/promotions/country-codes/HT', [PROMOTION]],
    ['/promotions/countries/HT', [PROMOTION]],
  ];
  for (const [path, shape] of SHAPES) {
    test(`GET ${path} has the shape`, async () => assertShape(await get(path), shape));
  }

  test('the balance is in dollars, as the ledger has it', async () => {
    const { balance, currencyCode, currencyName } = await get('/accounts/balance');
    assert.deepEqual(
      { balance, currencyCode, currencyName },
      { balance: 10_000_000, currencyCode: 'USD', currencyName: 'US Dollar' },
    );
  });

  test('countries by name, under the names that clients know', async () => {
    const countries: { isoName: string; name: string; callingCodes: string[]; flag: string }[] =
      await get('/countries');
    assert.equal(countries[0]?.name, 'Afghanistan');
    assert.deepEqual(countries[0]?.callingCodes, ['+93']);
    assert.equal(countries.find(({ isoName }) => isoName === 'TR')?.name, 'Turkey');
    assert.ok(countries.length > 200);
    assert.match(countries[0]?.flag ?? '', /^http:\/\/127\.0\.0\.1:\d+\/flags\/af\.svg$/);
  });

  test('pages of operators follow each other, by name', async () => {
    const whole: { content: { id: number; name: string }[]; totalElements: number } =
      await get('/operators?size=9999');
    assert.equal(whole.content.length, 1_000, 'the largest page');
    const [zero, one, two] = [
      await get('/operators?page=0&size=5'),
      await get('/operators?page=1&size=5'),
      await get('/operators?page=2&size=5'),
    ];
    assert.deepEqual(zero, one);
    assert.deepEqual(
      [...one.content, ...two.content].map(({ id }: { id: number }) => id),
      whole.content.slice(0, 10).map(({ id }) => id),
    );
    const names = whole.content.map(({ name }) => name.toLowerCase());
    assert.deepEqual(names, names.toSorted());
    assert.equal(one.totalPages, Math.ceil(whole.totalElements / 5));
    assert.equal((await get('/operators')).size, 200);
  });

  test('the first British operator is plain airtime that takes ten pounds', async () => {
    const [first] = await get('/operators/countries/GB');
    assert.equal(first.denominationType, 'RANGE');
    assert.ok(first.supportsLocalAmounts && first.localMinAmount <= 10 && first.localMaxAmount >= 10);
  });

  test('filters narrow every list', async () => {
    const list = (query: string) => get(`/operators/countries/GB?${query}`);
    const all = await list('');
    assert.ok((await list('includePin=false')).every(({ pin }: { pin: boolean }) => !pin));
    const pins = await list('pinOnly=true');
    assert.ok(pins.length > 0 && pins.length < all.length && pins.every(({ pin }: { pin: boolean }) => pin));
    assert.deepEqual(await list('includeRange=false&includeFixed=false'), []);
    const page = await get('/operators?dataOnly=true&size=1000');
    assert.ok(page.totalElements > 0 && page.content.every(({ data }: { data: boolean }) => data));
    await refused('GET', '/operators?includePin=perhaps', 400, 'INVALID_REQUEST');
    await refused('GET', '/operators?size=0', 400, 'INVALID_REQUEST');
    await refused('GET', '/operators?page=one', 400, 'INVALID_REQUEST');
    await refused('GET', '/operators?page=1&page=2', 400, 'INVALID_REQUEST');
  });

  test('suggestions come when they are asked for', async () => {
    const plain = await get('/operators/174');
    assert.deepEqual([plain.suggestedAmounts, plain.suggestedAmountsMap], [[], {}]);
    const full = await get('/operators/174?suggestedAmounts=true&suggestedAmountsMap=true');
    assert.ok(full.suggestedAmounts.length > 2 && full.suggestedAmounts.every(Number.isInteger));
    const { body } = await post('/operators/174/fx-rate', { amount: 10 });
    assert.equal(full.suggestedAmountsMap['10'], body.fxRate);
  });

  const PHONES: [path: string, id: number][] = [
    ['+50936377111/countries/HT', 173],
    ['%2B50936377111/countries/HT', 173],
    ['%2050936377111/countries/HT', 173],
    ['50936377111/countries/HT', 173],
    ['36377111/countries/ht', 173],
    ['08147658721/countries/NG', 341],
    ['2348147658721/countries/NG', 341],
  ];
  for (const [path, id] of PHONES) {
    test(`${path} is ${id}'s`, async () => {
      for (const way of ['auto-detect', 'mnp-lookup']) {
        assert.equal((await get(`/operators/${way}/phone/${path}`)).id, id, way);
      }
    });
  }

  test('a number that was ported is found where it went', async () => {
    // Carrier data says Vodafone; the sandbox knows of a port.
    const { body, status } = await post('/mnp-lookup/operators', {
      phone: '+918879685100',
      countryCode: 'IN',
    });
    assert.equal(status, 200);
    assert.equal(body.id, 200);
    const numbered = await post('/mnp-lookup/operators', { number: '8879685100', countryCode: 'IN' });
    assert.equal(numbered.body.id, 200);
  });

  test('numbers that tell nothing', async () => {
    const detect = '/operators/auto-detect/phone';
    await refused('GET', `${detect}/+13058989796/countries/US`, 404, 'COULD_NOT_AUTO_DETECT_OPERATOR');
    await refused('GET', `${detect}/+50936377111/countries/NG`, 404, 'COULD_NOT_AUTO_DETECT_OPERATOR');
    await refused('GET', `${detect}/+999999/countries/HT`, 404, 'COULD_NOT_AUTO_DETECT_OPERATOR');
    await refused('GET', `${detect}/abcdef/countries/HT`, 400, 'INVALID_PHONE_NUMBER');
    await refused('GET', `${detect}/+50936377111/countries/XX`, 404, 'COUNTRY_NOT_SUPPORTED');
    await refused('GET', `${detect}/+50936377111/countries/HAITI`, 404, 'COUNTRY_NOT_SUPPORTED');
    const failed = await refused(
      'GET',
      '/operators/mnp-lookup/phone/+13058989796/countries/US',
      404,
      'COULD_NOT_AUTO_DETECT_OPERATOR',
    );
    assert.equal(failed.message, 'mnp lookup for given number failed');
    await refused('POST', '/mnp-lookup/operators', 400, 'INVALID_REQUEST', { countryCode: 'HT' });
    await refused('POST', '/mnp-lookup/operators', 400, 'INVALID_REQUEST', { phone: '36377111' });
  });

  test('the filter finds another line of the same brand, or nothing', async () => {
    const path = '/operators/auto-detect/phone/+50936377111/countries/HT';
    const bundles = await get(`${path}?bundlesOnly=true`);
    assert.ok(bundles.bundle && bundles.name.startsWith('Digicel'));
    await refused('GET', `${path}?pinOnly=true`, 404, 'COULD_NOT_AUTO_DETECT_OPERATOR');
  });

  test('fxRate is the converted amount, both ways of asking', async () => {
    const operator = await get('/operators/174');
    const { body, status } = await post('/operators/fx-rate', { operatorId: 174, amount: 5 });
    assert.equal(status, 200);
    assertShape(body, FX_RATE);
    assert.deepEqual([body.id, body.name, body.currencyCode], [174, 'Natcom Haiti', 'HTG']);
    assert.equal(body.fxRate, Math.round(operator.fx.rate * 500) / 100);
    assert.deepEqual((await post('/operators/174/fx-rate', { amount: '5' })).body, body);
    assert.deepEqual((await post('/operators/fx-rate', { operatorId: '174', amount: '5.00' })).body, body);
    for (const amount of [0, -1, 'five', '', 0.001, '1e2', 1e21]) {
      await refused('POST', '/operators/174/fx-rate', 400, 'INVALID_AMOUNT', { amount });
    }
    await refused('POST', '/operators/174/fx-rate', 400, 'INVALID_REQUEST', {});
    await refused('POST', '/operators/fx-rate', 400, 'INVALID_REQUEST', { amount: 5 });
    await refused('POST', '/operators/fx-rate', 404, 'RESOURCE_NOT_FOUND', {
      operatorId: 987_654,
      amount: 5,
    });
  });

  test('a commission is what the operator shows', async () => {
    const { percentage, internationalPercentage, localPercentage, operator } =
      await get('/operators/1/commissions');
    const shown = await get('/operators/1');
    assert.deepEqual(
      [percentage, internationalPercentage, localPercentage],
      [shown.commission, shown.internationalDiscount, shown.localDiscount],
    );
    assert.deepEqual([operator.id, operator.countryCode, operator.status], [1, 'AF', true]);
    const [first, second] = [
      await get('/operators/commissions?size=5'),
      await get('/operators/commissions?page=2&size=5'),
    ];
    assert.notDeepEqual(first.content, second.content);
  });

  test('promotions by id, operator and country', async () => {
    const { content } = await get('/promotions');
    const [first] = content;
    assert.deepEqual(await get(`/promotions/${first.id}`), first);
    assert.match(first.startDate, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    assert.equal((await get(`/promotions/operators/${first.operatorId}`))[0].operatorId, first.operatorId);
    const { country } = await get(`/operators/${first.operatorId}`);
    const ofCountry = await get(`/promotions/countries/${country.isoName}`);
    assert.ok(ofCountry.length > 0);
    assert.deepEqual(await get(`/promotions/country-codes/${country.isoName}`), ofCountry);
  });

  test('promotions as Accept-Language prefers, in every list, with the same members', async () => {
    const told = async (path: string, language: string) => {
      const answer = await app.request('GET', path, {
        as: 'reloadly',
        headers: { 'accept-language': language },
      });
      assert.match(answer.headers.get('vary') ?? '', /Accept-Language/);
      return answer.body;
    };
    const spanish = await told('/promotions/9001', 'es-HT, en;q=0.8');
    assertShape(spanish, PROMOTION);
    assert.equal(spanish.title, 'Digicel Haiti del 2026-11-01 00:00 al 2027-12-31 23:59 (GMT)');
    assert.equal(spanish.denominations, 'USD 10 o más');
    const { content } = await told('/promotions', 'es');
    assert.deepEqual(content[0], spanish);
    for (const path of ['/promotions/operators/173', '/promotions/countries/HT'])
      assert.deepEqual((await told(path, 'es'))[0], spanish);
    assert.deepEqual((await told('/operators/173', 'es')).promotions, [spanish]);
    assert.deepEqual(await told('/promotions/9001', 'de'), await get('/promotions/9001'));
  });

  test('what is not there', async () => {
    const missing = await refused('GET', '/operators/987654', 404, 'RESOURCE_NOT_FOUND');
    assert.equal(missing.message, 'Operator not found for given id');
    await refused('GET', '/operators/987654321987654321', 404, 'RESOURCE_NOT_FOUND');
    await refused('GET', '/operators/987654/commissions', 404, 'RESOURCE_NOT_FOUND');
    await refused('GET', '/operators/digicel', 400, 'INVALID_REQUEST');
    await refused('GET', '/promotions/987654', 404, 'RESOURCE_NOT_FOUND');
    await refused('GET', '/promotions/operators/987654', 404, 'RESOURCE_NOT_FOUND');
    await refused('GET', '/promotions/countries/XX', 404, 'COUNTRY_NOT_SUPPORTED');
    await refused('GET', '/operators/countries/XX', 404, 'COUNTRY_NOT_SUPPORTED');
    const country = await refused('GET', '/countries/PKGG', 404, 'COUNTRY_NOT_SUPPORTED');
    assert.equal(country.message, 'Country not found and/or not currently supported');
  });

  test('an unknown path answers in the shape of Spring, with a token or without', async () => {
    for (const as of ['reloadly', 'nobody'] as const) {
      for (const path of [
        '/topups/nowhere?secret=1',
        '/accounts/balnce',
        '/operators/1/fees',
        '/countries/a/b/c',
      ]) {
        const answer = await app.request('GET', path, { as });
        assert.equal(answer.status, 404, path);
        assertShape(answer.body, NOT_FOUND);
        const { status, error, message } = answer.body;
        assert.deepEqual(
          { status, error, message },
          { status: 404, error: 'Not Found', message: 'No message available' },
        );
        assert.equal(answer.body.path, path.split('?')[0]);
      }
    }
  });

  test('other methods', async () => {
    for (const [method, path] of [
      ['DELETE', '/accounts/balance'],
      ['PATCH', '/operators/173'],
      ['GET', '/operators/fx-rate'],
      ['GET', '/operators/173/fx-rate'],
      ['POST', '/countries'],
      ['GET', '/topups'],
      ['PUT', '/topups'],
      ['POST', '/operators/countries/HT'],
      ['GET', '/mnp-lookup/operators'],
    ] as const) {
      const answer = await app.request(method, path);
      assert.equal(answer.status, 405, `${method} ${path}`);
      assert.equal(answer.body.errorCode, 'METHOD_NOT_SUPPORTED');
      assert.ok(answer.headers.get('allow'));
    }
  });

  test('answers are typed like the Accept, errors too', async () => {
    const typeOf = async (accept: string, path: string) => {
      const { headers, status } = await app.request('GET', path, { as: 'reloadly', headers: { accept } });
      return [status, headers.get('content-type')?.split(';')[0]];
    };
    assert.deepEqual(await typeOf(RELOADLY, '/countries/HT'), [200, RELOADLY]);
    assert.deepEqual(await typeOf(RELOADLY, '/countries/XX'), [404, RELOADLY]);
    assert.deepEqual(await typeOf(RELOADLY, '/countries/X/Y'), [404, RELOADLY]);
    assert.deepEqual(await typeOf('application/json', '/countries/HT'), [200, 'application/json']);
    assert.deepEqual(await typeOf('*/*', '/countries/HT'), [200, 'application/json']);
    assert.deepEqual(await typeOf('application/xml', '/countries/HT'), [406, 'application/json']);
    const { body } = await app.request('GET', '/countries', {
      as: 'reloadly',
      headers: { accept: 'text/html' },
    });
    assert.equal(body.errorCode, 'MEDIA_TYPE_NOT_ACCEPTABLE');
  });
});
