/**
 * What the simulated switch sells: four products in one small country, each by other providers, to three accounts on
 * other terms. Amounts are whole dollars and percentages whole cents of them, so that every figure comes out even and
 * the auditor can predict it by a multiplication.
 */
import { Catalogue } from '../../src/catalogue/catalogue.ts';
import type { OperatorRow, ProductRow } from '../../src/catalogue/rows.ts';
import type { AccountId, WalletId } from '../../src/core/ids.ts';
import type { Buyer, Market, RateMode } from '../../src/orders/market.ts';
import { PriceBook } from '../../src/pricing/price-book.ts';
import { RateTable } from '../../src/pricing/rates.ts';
import type { RouteHealth } from '../../src/routing/circuits.ts';
import type { Capability } from '../../src/routing/connector.ts';
import { type Provider, type Route, RoutingTable } from '../../src/routing/routes.ts';
import { CAPABILITY as TRUSTED } from '../harness/made-order.ts';

export const ENVIRONMENT = 'sandbox';
export const WALLET_CURRENCY = 'USD';
export const OPERATOR_CURRENCY = 'HTG';
/** Gourdes for a dollar. */
export const RATE = 100n;
/** What every provider takes of the face value, per cent. */
export const COST_PERCENT = 80n;

/** The terms of an account, in whole per cent of the amount. */
export interface Terms {
  readonly buyer: Buyer;
  readonly walletId: WalletId;
  readonly rateMode: RateMode;
  readonly discount: bigint;
  readonly commission: bigint;
  /** Kept by the account above. */
  readonly share: bigint;
}

const [ROOT, SHOP, CHILD] = [1n, 2n, 3n] as [AccountId, AccountId, AccountId];
const wallet = (id: bigint) => (1000n + id) as WalletId;
const payer = (accountId: AccountId, plan: string): Buyer => ({
  accountId,
  plan,
  environment: ENVIRONMENT,
});

export const ACCOUNTS: readonly Terms[] = [
  {
    buyer: payer(ROOT, 'ten'),
    walletId: wallet(ROOT),
    rateMode: 'discount',
    discount: 10n,
    commission: 0n,
    share: 0n,
  },
  {
    buyer: payer(SHOP, 'four'),
    walletId: wallet(SHOP),
    rateMode: 'commission',
    discount: 0n,
    commission: 4n,
    share: 0n,
  },
  {
    buyer: {
      ...payer(CHILD, 'ten'),
      resellers: [payer(ROOT, 'ten')],
    },
    walletId: wallet(CHILD),
    rateMode: 'discount',
    discount: 7n,
    commission: 0n,
    share: 3n,
  },
];

/** A code that proves "not executed", one that says so for now, and one that nobody has explained. */
export const CODES = { noSuchNumber: 'NO_SUCH_NUMBER', outage: 'OUTAGE', unexplained: 'E-417' } as const;

const CAPABILITY: Capability = {
  ...TRUSTED,
  idempotentSubmit: 'none',
  refusedCodes: {
    [CODES.noSuchNumber]: { failure: 'recipient_invalid', retryable: false },
    [CODES.outage]: { failure: 'operator_unavailable', retryable: true },
  },
  pendingCodes: ['PENDING'],
  maxInflight: 6,
};

/** Two that can be asked and whose NOT_FOUND proves something, one that only calls back, one that proves nothing. */
export const PROVIDERS: readonly Provider[] = [
  provider('alpha', CAPABILITY),
  provider('beta', { ...CAPABILITY, settleHorizonSeconds: 12, notFoundSpacingSeconds: 2 }),
  provider('gamma', { ...CAPABILITY, statusByOurReference: false, notFoundIsProof: false }),
  provider('delta', { ...CAPABILITY, notFoundIsProof: false, callbacks: 'unsigned' }),
];

export const PRODUCTS = [11, 12, 13, 14] as const;

const ROUTES: readonly Route[] = [
  route(1, 11, 'alpha', 1),
  route(2, 11, 'beta', 2),
  route(3, 12, 'gamma', 1),
  route(4, 13, 'delta', 1),
  route(5, 13, 'beta', 2),
  route(6, 14, 'beta', 1),
  route(7, 14, 'alpha', 2),
];

export function createMarket(now: () => number, health?: RouteHealth): Market {
  const country = { iso2: 'HT', iso3: 'HTI', name: 'Haiti', continent: 'NA', currency: OPERATOR_CURRENCY };
  return {
    catalogue: new Catalogue({
      version: 'simulated',
      countries: [{ ...country, calling_codes: ['+509'], flag: '/flags/ht.svg' }],
      operators: PRODUCTS.map(operatorRow),
      products: PRODUCTS.map(productRow),
      prefixes: [],
      promotions: [],
      rates: [],
    }),
    rates: new RateTable([{ quote: OPERATOR_CURRENCY, rate: `${RATE}`, version: 'simulated' }]),
    prices: new PriceBook(
      [
        { name: 'ten', percent: '10', fxMarginPercent: '0' },
        { name: 'four', percent: '4', fxMarginPercent: '0' },
      ],
      [],
      [{ childId: CHILD, operatorId: undefined, productType: undefined, percent: '3' }],
    ),
    routing: new RoutingTable(PROVIDERS, ROUTES, health),
    now,
    rateAgeMsMax: { sandbox: undefined, live: undefined },
    epoch: 1,
    sendingBlocked: false,
  };
}

function provider(id: string, capability: Capability): Provider {
  return {
    id,
    capability,
    environment: ENVIRONMENT,
    connector: 'simulated',
    settlement: 'payable',
    inService: true,
  };
}

function route(id: number, productId: number, providerId: string, priority: number): Route {
  return {
    id,
    productId,
    priority,
    environment: ENVIRONMENT,
    provider: providerId,
    operatorId: undefined,
    sku: undefined,
    costPercent: `${COST_PERCENT}`,
  };
}

function operatorRow(productId: number): OperatorRow {
  const id = productId + 100;
  return {
    id,
    network: id,
    product_id: productId,
    list_order: productId,
    name: `Operator ${id}`,
    country: 'HT',
    currency: OPERATOR_CURRENCY,
    source: 'simulated',
    status: 'in_service',
    code: null,
    bundle: false,
    data: false,
    pin: false,
    combo: false,
    supports_local_amounts: true,
    commission_international: '0',
    commission_local: '0',
    recipient_kind: 'phone',
    email_domains: null,
    input_label: null,
    input_pattern: null,
    servers: null,
  };
}

function productRow(id: number): ProductRow {
  return {
    id,
    operator_id: id + 100,
    name: `Airtime ${id}`,
    type: 'airtime',
    class: 'mobile',
    currency: OPERATOR_CURRENCY,
    minimum: 100,
    maximum: 1e7,
    fixed_amounts: null,
    suggested: [],
    most_popular: null,
    validity: '',
    description: '',
    source: 'simulated',
    code: null,
    validity_days: null,
    data_megabytes: null,
    voice_minutes: null,
    messages: null,
    talk_time: null,
    circle: null,
    tax_percent: '0',
    tax_included: false,
    names: {},
    descriptions: {},
    status: 'in_service',
  };
}
