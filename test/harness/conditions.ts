/**
 * Why an order is refused that is good in itself: each condition is made, met by an order in a dialect's own words,
 * and taken back. So every dialect shows with one list that it has an answer for each.
 */
import assert from 'node:assert/strict';
import type { ErrorCode } from '../../src/core/errors.ts';
import { changeAccount } from '../../src/identity/accounts.ts';
import { setClientRate } from '../../src/identity/client-store.ts';
import { setRepeatWindow } from '../../src/orders/repeat-guard.ts';
import { QueueFull } from '../../src/platform/queue-full.ts';
import { setPlan } from '../../src/pricing/settings.ts';
import { setDayLimits } from '../../src/wallet/day-limits.ts';
import { bearerOf, makeAccount, withSettings } from './accounts.ts';
import type { Answer, TestApp } from './app.ts';

type Headers = Readonly<Record<string, string>>;

/** A place to buy at: one dialect, and a good order in it. */
export interface Shop {
  readonly app: TestApp;
  readonly operatorId: number;
  /** Of the operator. */
  readonly currency: string;
  /** A good order, a new one each time; pays in dollars. */
  readonly buy: (headers: Headers) => Promise<Answer>;
}

/** Returns the answer to the order that meets it. */
export type Condition = (shop: Shop) => Promise<Answer>;

const FUNDS = { USD: 100_000n };
const WRONG_KEY = { authorization: 'Bearer nonsense' };
/** Sends a second, as many as one client may at least, and more. */
const REQUESTS_AT_ONCE = 12;
const DAY_AND_MORE_MS = 25 * 3_600_000;
const SECRET_OF_A_BUG = 'select secrets from toprail.clients';

export const CONDITIONS = {
  unauthenticated: ({ buy }) => buy({}),
  invalid_credentials: ({ buy }) => buy(WRONG_KEY),
  forbidden: async ({ app, buy }) =>
    buy((await makeAccount(app, { funds: FUNDS, scopes: ['read-operators'] })).headers),
  account_inactive: async ({ app, buy }) => {
    const { accountId, headers } = await makeAccount(app, { funds: FUNDS });
    await changeAccount(app.app.services.engine.database, { id: accountId, status: 'suspended' });
    app.app.services.clients.forget();
    return buy(headers);
  },
  rate_limited: async ({ app, buy }) => {
    const { client, headers } = await makeAccount(app, { funds: FUNDS });
    await setClientRate(app.app.services.engine.database, client.id, 1);
    app.app.services.clients.forget();
    const answers = await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, () => buy(headers)));
    const refused = answers.find(({ status }) => status === 429);
    assert.ok(refused);
    assert.match(refused.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
    return refused;
  },
  wallet_not_found: async ({ app, buy }) => buy((await makeAccount(app)).headers),
  insufficient_balance: async ({ app, buy }) => buy((await makeAccount(app, { funds: { USD: 1n } })).headers),
  product_not_in_plan: async ({ app, buy }) => {
    const { database } = app.app.services.engine;
    const plan = {
      name: 'television',
      percent: '1',
      fxMarginPercent: '0',
      sells: ['dth'],
      fee: undefined,
    };
    await withSettings(app, () => setPlan(database, plan));
    return buy((await makeAccount(app, { plan: plan.name, funds: FUNDS })).headers);
  },
  recently_recharged: async ({ app, buy }) => {
    const { accountId, headers } = await makeAccount(app, { funds: FUNDS });
    await setRepeatWindow(app.app.services.engine.database, accountId, 120);
    assert.ok((await buy(headers)).status < 300);
    return buy(headers);
  },
  daily_count_reached: (shop) => afterOneOrder(shop, { ordersMax: 1, amountMax: undefined }),
  daily_amount_reached: (shop) => afterOneOrder(shop, { ordersMax: undefined, amountMax: 1n }),
  operator_inactive: (shop) =>
    whileMarket(shop, statusOf(`operators set status = '?' where id = ${shop.operatorId}`)),
  no_route: (shop) =>
    whileMarket(shop, {
      make: 'update routes set in_service = false',
      undo: 'update routes set in_service = true',
    }),
  rate_unavailable: (shop) => whileMarket(shop, noRate(shop.currency)),
  overloaded: async (shop) => {
    const { intake } = shop.app.app.services.engine;
    const submit = intake.submit.bind(intake);
    intake.submit = () => Promise.reject(new QueueFull('too much is waiting'));
    const refused = await buyFunded(shop);
    intake.submit = submit;
    assert.equal(refused.headers.get('retry-after'), '2');
    return refused;
  },
  internal: async (shop) => {
    const { headers } = await makeAccount(shop.app, { funds: FUNDS });
    const { engine } = shop.app.app.services;
    const { market } = engine;
    Object.assign(engine, { market: () => assert.fail(SECRET_OF_A_BUG) });
    const refused = await shop.buy(headers);
    Object.assign(engine, { market });
    assert.ok(!refused.text.includes(SECRET_OF_A_BUG));
    return refused;
  },
  // Last: every token that was given before has expired after it.
  token_expired: async ({ app, buy }) => {
    const { client } = await makeAccount(app, { funds: FUNDS });
    const headers = await bearerOf(app, client);
    await app.advance(DAY_AND_MORE_MS);
    return buy(headers);
  },
} as const satisfies Partial<Record<ErrorCode, Condition>>;

/** A change of the market and what takes it back, as SQL of the superuser. */
interface MarketChange {
  readonly make: string;
  readonly undo: string;
}

function statusOf(update: string): MarketChange {
  const become = (status: string) => `update ${update.replace('?', status)}`;
  return { make: become('out_of_service'), undo: become('in_service') };
}

function noRate(currency: string): MarketChange {
  const those = `from exchange_rates where quote = '${currency}'`;
  return {
    make: `create table public.kept as select * ${those}; delete ${those}`,
    undo: 'insert into exchange_rates overriding system value select * from public.kept; drop table public.kept',
  };
}

async function whileMarket(shop: Shop, { make, undo }: MarketChange): Promise<Answer> {
  await withSettings(shop.app, () => shop.app.rows(make));
  const refused = await buyFunded(shop);
  await withSettings(shop.app, () => shop.app.rows(undo));
  return refused;
}

async function afterOneOrder(
  shop: Shop,
  limits: { readonly ordersMax: number | undefined; readonly amountMax: bigint | undefined },
): Promise<Answer> {
  const { accountId, headers } = await makeAccount(shop.app, { funds: FUNDS });
  assert.ok((await shop.buy(headers)).status < 300);
  const { database } = shop.app.app.services.engine;
  await setDayLimits(database, { accountId, currency: 'USD', ...limits });
  return shop.buy(headers);
}

async function buyFunded({ app, buy }: Shop): Promise<Answer> {
  return buy((await makeAccount(app, { funds: FUNDS })).headers);
}

/** Of every code: either a request has reached it, or there is a reason why none can. */
export function assertAllTold(
  all: readonly ErrorCode[],
  { reached, excused }: { reached: ReadonlySet<ErrorCode>; excused: Partial<Record<ErrorCode, string>> },
): void {
  const neither = all.filter((code) => !reached.has(code) && excused[code] === undefined);
  assert.deepEqual(neither, [], 'codes that no request reaches and no reason excuses');
  const both = all.filter((code) => reached.has(code) && excused[code] !== undefined);
  assert.deepEqual(both, [], 'codes that are excused and reached all the same');
}
