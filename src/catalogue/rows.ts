/**
 * The catalogue as rows: the one shape of the checked-in data files, of the tables and of what is read back
 * from them. `catalogue.ts` turns them into the types that the rest of the house uses.
 */
export interface CountryRow {
  readonly iso2: string;
  readonly iso3: string;
  readonly name: string;
  readonly continent: string;
  readonly currency: string;
  readonly calling_codes: readonly string[];
  readonly flag: string;
}

export interface OperatorRow {
  readonly id: number;
  readonly name: string;
  readonly country: string;
  readonly currency: string;
  readonly bundle: boolean;
  readonly data: boolean;
  readonly pin: boolean;
  readonly combo: boolean;
  readonly supports_local_amounts: boolean;
  readonly commission_international: string;
  readonly commission_local: string;
  readonly recipient_kind: RecipientKind;
  /** Of `email`, and null otherwise. */
  readonly email_domains: readonly string[] | null;
  /** Of `player` and `account`: how the number is called, and the whole of what it looks like. */
  readonly input_label: string | null;
  readonly input_pattern: string | null;
  /** Of `player`, for games whose players choose one. */
  readonly servers: readonly string[] | null;
  readonly network: number;
  readonly product_id: number;
  readonly code: string | null;
  readonly status: 'in_service' | 'out_of_service';
  /** Place in the list of its country. */
  readonly list_order: number;
  readonly source: string;
}

/** What a customer names to say who is served. */
export type RecipientKind = 'phone' | 'email' | 'player' | 'account';

/**
 * What price lists and the plans of accounts tell apart. A `bill` is of a class of its own kind, `gaming` is its own
 * class; a gift card is delivered as a `pin`, and television that takes any amount may be `airtime`.
 */
export type ProductClass = 'mobile' | 'dth' | 'postpaid' | 'electricity' | 'fastag' | 'gift_card' | 'gaming';

export interface ProductRow {
  readonly id: number;
  readonly operator_id: number;
  readonly name: string;
  readonly type: 'airtime' | 'data' | 'bundle' | 'combo' | 'pin' | 'bill' | 'gaming';
  readonly class: ProductClass;
  readonly currency: string;
  /** Minor units, all of them. Minimum and maximum of a range, or else the fixed amounts. */
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly fixed_amounts: readonly number[] | null;
  readonly suggested: readonly number[];
  readonly most_popular: number | null;
  readonly validity: string;
  readonly description: string;
  readonly source: string;
  /** What plans have beside these: null for main products. */
  readonly code: string | null;
  readonly validity_days: number | null;
  readonly data_megabytes: number | null;
  readonly voice_minutes: number | null;
  readonly messages: number | null;
  /** Minor units of credit that arrive: combos, and vouchers from which a tax is taken. */
  readonly talk_time: number | null;
  /** A telecom circle of India; null: sold in the whole country. */
  readonly circle: string | null;
  /** Per cent, as decimal text: of the amount before tax. */
  readonly tax_percent: string;
  /** Whether the amount holds the tax already, or a bill adds it. */
  readonly tax_included: boolean;
  /** By language, other than English, which `name` and `description` are. */
  readonly names: Readonly<Record<string, string>>;
  readonly descriptions: Readonly<Record<string, string>>;
  readonly status: 'in_service' | 'out_of_service';
}

/** The prefixes of one operator, digits from the calling code on. */
export interface PrefixRow {
  readonly operator_id: number;
  readonly prefixes: readonly string[];
}

/** What a promotion says, all of it in one language. */
export interface PromotionTextRow {
  readonly title: string;
  readonly title2: string;
  readonly description: string;
  readonly denominations: string | null;
  readonly local_denominations: string | null;
}

/** Its own texts are English. */
export interface PromotionRow extends PromotionTextRow {
  readonly id: number;
  readonly operator_id: number;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly source: string;
  /** By language, other than English. */
  readonly texts: Readonly<Record<string, PromotionTextRow>>;
}

/** One unit of `base` is `rate` units of `quote`. */
export interface RateRow {
  readonly base: string;
  readonly quote: string;
  readonly rate: string;
  readonly version: string;
  readonly source: string;
  readonly valid_on: string;
}

export interface CatalogueRows {
  readonly version: string;
  readonly countries: readonly CountryRow[];
  readonly operators: readonly OperatorRow[];
  readonly products: readonly ProductRow[];
  readonly prefixes: readonly PrefixRow[];
  readonly promotions: readonly PromotionRow[];
  readonly rates: readonly RateRow[];
}
