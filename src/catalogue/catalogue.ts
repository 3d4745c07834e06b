/**
 * What can be bought, from whom and for which numbers: immutable, in memory, versioned. A new version is a new
 * `Catalogue`; whoever resolves an order keeps one for the whole of it.
 */
import { assert } from '../core/assert.ts';
import type { Minor } from '../core/money.ts';
import { operatorFrom, productFrom, promotionFrom } from './from-rows.ts';
import type { RecipientRule } from './inputs.ts';
import { NumberRanges } from './number-ranges.ts';
import { parseE164 } from './phone.ts';
import type { CatalogueRows, OperatorRow, ProductClass, ProductRow, RateRow } from './rows.ts';

export interface Country {
  readonly iso2: string;
  readonly iso3: string;
  readonly name: string;
  /** Two letters: AF, AN, AS, EU, NA, OC, SA. */
  readonly continent: string;
  readonly currency: string;
  /** With the plus: `+93`. */
  readonly callingCodes: readonly string[];
  /** A path of this server: `/flags/af.svg`. */
  readonly flag: string;
}

/** What a product is sold for, in minor units of the operator's currency. Fixed amounts rise. */
export type Denomination =
  | { readonly kind: 'range'; readonly min: Minor; readonly max: Minor }
  | { readonly kind: 'fixed'; readonly amounts: readonly Minor[] };

/** Per cent, as decimal text. */
export interface Commission {
  readonly international: string;
  readonly local: string;
}

export interface Operator {
  readonly id: number;
  readonly name: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly currency: string;
  readonly bundle: boolean;
  readonly data: boolean;
  readonly pin: boolean;
  readonly combo: boolean;
  readonly supportsLocalAmounts: boolean;
  readonly commission: Commission;
  readonly recipient: RecipientRule;
  /** The operator whose number prefixes decide: itself, or the base brand of "X Data" and "X Bundles". */
  readonly network: number;
  /** Its main product. */
  readonly productId: number;
  /** The short code that Indian integrations use. */
  readonly code?: string;
  readonly status: 'in_service' | 'out_of_service';
  readonly source: string;
}

export type ProductType = ProductRow['type'];

/** What a plan contains; an absent figure: none of it. */
export interface Benefits {
  readonly dataMegabytes?: number;
  readonly voiceMinutes?: number;
  readonly messages?: number;
  /** Credit that arrives, in minor units of the product's currency. */
  readonly talkTime?: Minor;
}

/** Texts by language, without English. */
export type Texts = Readonly<Record<string, string>>;

export interface Product {
  readonly id: number;
  readonly operatorId: number;
  readonly name: string;
  readonly type: ProductType;
  readonly class: ProductClass;
  readonly currency: string;
  readonly denomination: Denomination;
  readonly suggested: readonly Minor[];
  readonly mostPopular?: Minor;
  readonly validity: string;
  readonly description: string;
  readonly source: string;
  /** How integrations without numeric ids name a plan: `BND001`. */
  readonly code?: string;
  /** Of a plan; the days that `validity` spells. */
  readonly validityDays?: number;
  readonly benefits: Benefits;
  /** The telecom circle in which it is sold; absent: the whole country. */
  readonly circle?: string;
  /** Per cent of the amount before tax, as decimal text; the amount holds it already, or a bill adds it. */
  readonly tax: { readonly percent: string; readonly isIncluded: boolean };
  readonly names: Texts;
  readonly descriptions: Texts;
  /** What is sold no longer stays, since orders refer to it; lists leave it out. */
  readonly status: 'in_service' | 'out_of_service';
}

/** What a promotion says, all of it in one language. */
export interface PromotionText {
  readonly title: string;
  readonly title2: string;
  readonly description: string;
  readonly denominations: string | null;
  readonly localDenominations: string | null;
}

export interface Promotion {
  readonly id: number;
  readonly operatorId: number;
  /** RFC 3339, UTC. */
  readonly startsAt: string;
  readonly endsAt: string;
  readonly source: string;
  readonly english: PromotionText;
  /** By language, without English. */
  readonly texts: Readonly<Record<string, PromotionText>>;
}

/**
 * Who may serve a number. `ported`: a port that was learnt; `prefix`: the range was assigned to this operator
 * (numbers may have been ported since); `country`: only the country is known.
 */
export interface Candidate {
  readonly operatorId: number;
  readonly confidence: 'ported' | 'prefix' | 'country';
}

/** Ports that were learnt: number in E.164 -> operator. */
export type Ported = ReadonlyMap<string, number>;

export class Catalogue {
  readonly version: string;
  /** Exchange rates in force, US dollar based. */
  readonly rates: readonly RateRow[];
  readonly #countries: readonly Country[];
  readonly #byIso2: ReadonlyMap<string, Country>;
  readonly #byIso3: ReadonlyMap<string, Country>;
  readonly #operators: readonly Operator[];
  readonly #operatorById: ReadonlyMap<number, Operator>;
  readonly #operatorByCode: ReadonlyMap<string, Operator>;
  readonly #operatorsByCountry: ReadonlyMap<string, readonly Operator[]>;
  readonly #products: readonly Product[];
  readonly #productById: ReadonlyMap<number, Product>;
  readonly #productByCode: ReadonlyMap<string, Product>;
  readonly #productsByOperator: ReadonlyMap<number, readonly Product[]>;
  readonly #promotions: readonly Promotion[];
  readonly #circlePlansByOperator: ReadonlyMap<number, readonly Product[]>;
  readonly #ranges: NumberRanges;

  constructor(rows: CatalogueRows, ported: Ported = new Map()) {
    this.version = rows.version;
    this.rates = rows.rates;
    this.#ranges = new NumberRanges(rows.prefixes, ported);
    this.#countries = rows.countries
      .map(({ calling_codes, ...country }): Country => ({ ...country, callingCodes: calling_codes }))
      .sort((a, b) => compareNames(a.name, b.name));
    this.#byIso2 = new Map(this.#countries.map((country) => [country.iso2, country]));
    this.#byIso3 = new Map(this.#countries.map((country) => [country.iso3, country]));
    const place = new Map(this.#countries.map((country, at) => [country.iso2, at]));
    const placeOf = (row: OperatorRow) => place.get(row.country) ?? this.#countries.length;
    this.#operators = rows.operators
      .toSorted((a, b) => placeOf(a) - placeOf(b) || a.list_order - b.list_order || a.id - b.id)
      .map(operatorFrom);
    this.#operatorById = new Map(this.#operators.map((operator) => [operator.id, operator]));
    this.#operatorByCode = new Map(
      this.#operators.flatMap((o) => (o.code === undefined ? [] : [[o.code, o]])),
    );
    this.#operatorsByCountry = Map.groupBy(this.#operators, (operator) => operator.country);
    const known = rows.products.map(productFrom).sort((a, b) => a.id - b.id);
    this.#productById = new Map(known.map((product) => [product.id, product]));
    this.#products = known.filter(({ status }) => status === 'in_service');
    this.#productByCode = new Map(this.#products.flatMap((p) => (p.code === undefined ? [] : [[p.code, p]])));
    const { whole = [], part = [] } = Object.groupBy(this.#products, ({ circle }) =>
      circle === undefined ? 'whole' : 'part',
    );
    this.#productsByOperator = Map.groupBy(whole, (product) => product.operatorId);
    this.#circlePlansByOperator = Map.groupBy(part, (product) => product.operatorId);
    this.#promotions = rows.promotions.map(promotionFrom).sort((a, b) => a.id - b.id);
    for (const operator of this.#operators) {
      assert(
        this.#productById.get(operator.productId)?.operatorId === operator.id,
        `product of ${operator.id}`,
      );
      assert(this.#operatorById.has(operator.network), `network of ${operator.id}`);
      assert(this.#byIso2.has(operator.country), `country of ${operator.id}`);
    }
  }

  /** By name. */
  countries(): readonly Country[] {
    return this.#countries;
  }

  /** Capitals: the caller decides whether it takes small letters. */
  country(iso2: string): Country | undefined {
    return this.#byIso2.get(iso2);
  }

  countryByIso3(iso3: string): Country | undefined {
    return this.#byIso3.get(iso3);
  }

  /** By country name, then in the order of `operatorsOf`. */
  operators(): readonly Operator[] {
    return this.#operators;
  }

  operator(id: number): Operator | undefined {
    return this.#operatorById.get(id);
  }

  operatorByCode(code: string): Operator | undefined {
    return this.#operatorByCode.get(code);
  }

  /** Airtime of any amount first, then airtime of fixed amounts, bundles, data, PINs; big brands first in each. */
  operatorsOf(iso2: string): readonly Operator[] {
    return this.#operatorsByCountry.get(iso2) ?? [];
  }

  /** What is on sale, by id. */
  products(): readonly Product[] {
    return this.#products;
  }

  /** Also what is sold no longer. */
  product(id: number): Product | undefined {
    return this.#productById.get(id);
  }

  /** A plan by its code. */
  productByCode(code: string): Product | undefined {
    return this.#productByCode.get(code);
  }

  /** What is on sale in the whole country, by id: the main product, then the plans. */
  productsOf(operatorId: number): readonly Product[] {
    return this.#productsByOperator.get(operatorId) ?? [];
  }

  /** What is on sale in one telecom circle each, by id. */
  circlePlansOf(operatorId: number): readonly Product[] {
    return this.#circlePlansByOperator.get(operatorId) ?? [];
  }

  mainProduct(operator: Operator): Product {
    const product = this.#productById.get(operator.productId);
    assert(product, `operator ${operator.id} has no product`);
    return product;
  }

  /** By id. */
  promotions(): readonly Promotion[] {
    return this.#promotions;
  }

  promotion(id: number): Promotion | undefined {
    return this.#promotions.find((promotion) => promotion.id === id);
  }

  promotionsOf(operatorId: number): readonly Promotion[] {
    return this.#promotions.filter((promotion) => promotion.operatorId === operatorId);
  }

  promotionsIn(iso2: string): readonly Promotion[] {
    return this.#promotions.filter((promotion) => this.operator(promotion.operatorId)?.country === iso2);
  }

  /**
   * Who may serve a number in E.164, best guess first: the operator that is known for it, then the other networks
   * of the country as alternatives. Empty for what is not a number of a country that is sold.
   */
  lookupNumber(e164: string): readonly Candidate[] {
    const known = this.#ranges.find(e164);
    const country = (known && this.operator(known.operatorId)?.country) ?? parseE164(e164)?.country;
    if (country === undefined) return [];
    const others = this.operatorsOf(country)
      .filter((operator) => operator.id !== known?.operatorId && isNetwork(operator))
      .map((operator): Candidate => ({ operatorId: operator.id, confidence: 'country' }));
    return known ? [known, ...others] : others;
  }

  /**
   * Whether an operator serves a number. `no` only where the number is known to be another network's; carrier
   * data says nothing about PINs, e-mail recipients and operators that have no ranges of their own.
   */
  serves(operator: Operator, e164: string): 'yes' | 'no' | 'unknown' {
    if (operator.pin || operator.recipient.kind !== 'phone') return 'unknown';
    const known = this.#ranges.find(e164);
    if (!known) return 'unknown';
    if (known.operatorId === operator.network) return 'yes';
    return this.#ranges.has(operator.network) ? 'no' : 'unknown';
  }

  /** To whom the range of a number was given, whoever serves it since. */
  rangeHolder(e164: string): Operator | undefined {
    const operatorId = this.#ranges.holder(e164);
    return operatorId === undefined ? undefined : this.operator(operatorId);
  }
}

/** A network of its own, as opposed to a product line of one or a voucher: what a number can belong to. */
export function isNetwork(operator: Operator): boolean {
  if (operator.status !== 'in_service' || operator.network !== operator.id) return false;
  return !operator.data && !operator.bundle && !operator.pin && operator.recipient.kind === 'phone';
}

/** Without accents and case, so that "Åland" stands with the A, and the same on every machine. */
function compareNames(a: string, b: string): number {
  const [left, right] = [fold(a), fold(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function fold(name: string): string {
  return name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
