/** Rows of the catalogue into the types that the rest of the house uses. */
import { assert } from '../core/assert.ts';
import type { Denomination, Operator, Product, Promotion, PromotionText } from './catalogue.ts';
import type { RecipientRule } from './inputs.ts';
import type { OperatorRow, ProductRow, PromotionRow, PromotionTextRow } from './rows.ts';

export function operatorFrom(row: OperatorRow): Operator {
  return {
    id: row.id,
    name: row.name,
    country: row.country,
    currency: row.currency,
    bundle: row.bundle,
    data: row.data,
    pin: row.pin,
    combo: row.combo,
    supportsLocalAmounts: row.supports_local_amounts,
    commission: { international: row.commission_international, local: row.commission_local },
    recipient: recipientFrom(row),
    network: row.network,
    productId: row.product_id,
    ...(row.code === null ? {} : { code: row.code }),
    status: row.status,
    source: row.source,
  };
}

function recipientFrom(row: OperatorRow): RecipientRule {
  const { recipient_kind: kind, email_domains, input_label: label, input_pattern: pattern } = row;
  if (kind === 'phone') return { kind };
  if (kind === 'email') return { kind, domains: email_domains ?? [] };
  assert(label !== null && pattern !== null, `operator ${row.id} does not say what it asks for`);
  return kind === 'account' ? { kind, label, pattern } : { kind, label, pattern, servers: row.servers ?? [] };
}

export function productFrom(row: ProductRow): Product {
  return {
    id: row.id,
    operatorId: row.operator_id,
    name: row.name,
    type: row.type,
    class: row.class,
    currency: row.currency,
    denomination: denominationFrom(row),
    suggested: row.suggested.map(BigInt),
    ...(row.most_popular === null ? {} : { mostPopular: BigInt(row.most_popular) }),
    validity: row.validity,
    description: row.description,
    source: row.source,
    ...(row.code !== null && { code: row.code }),
    ...(row.validity_days !== null && { validityDays: row.validity_days }),
    benefits: {
      ...(row.data_megabytes !== null && { dataMegabytes: row.data_megabytes }),
      ...(row.voice_minutes !== null && { voiceMinutes: row.voice_minutes }),
      ...(row.messages !== null && { messages: row.messages }),
      ...(row.talk_time !== null && { talkTime: BigInt(row.talk_time) }),
    },
    ...(row.circle !== null && { circle: row.circle }),
    tax: { percent: row.tax_percent, isIncluded: row.tax_included },
    names: row.names,
    descriptions: row.descriptions,
    status: row.status,
  };
}

function denominationFrom(row: ProductRow): Denomination {
  if (row.fixed_amounts) return { kind: 'fixed', amounts: row.fixed_amounts.map(BigInt) };
  assert(row.minimum !== null && row.maximum !== null, `product ${row.id} has neither a range nor amounts`);
  return { kind: 'range', min: BigInt(row.minimum), max: BigInt(row.maximum) };
}

export function promotionFrom(row: PromotionRow): Promotion {
  return {
    id: row.id,
    operatorId: row.operator_id,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    source: row.source,
    english: promotionTextFrom(row),
    texts: Object.fromEntries(
      Object.entries(row.texts).map(([language, text]) => [language, promotionTextFrom(text)]),
    ),
  };
}

function promotionTextFrom(row: PromotionTextRow): PromotionText {
  return {
    title: row.title,
    title2: row.title2,
    description: row.description,
    denominations: row.denominations,
    localDenominations: row.local_denominations,
  };
}
