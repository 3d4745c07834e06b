/** Texts of products and promotions in one language; English where there is no other. Pure. */
import type { Product, Promotion, PromotionText } from './catalogue.ts';
import { type Language, validityIn } from './plan-text.ts';

export interface ProductText {
  readonly name: string;
  readonly description: string;
  readonly validity: string;
}

export function productIn(language: Language, product: Product): ProductText {
  const { names, descriptions, validityDays } = product;
  const isTranslated = descriptions[language] !== undefined;
  return {
    name: names[language] ?? product.name,
    description: descriptions[language] ?? product.description,
    // One language in one answer: days alone are not translated.
    validity:
      isTranslated && validityDays !== undefined ? validityIn(language, validityDays) : product.validity,
  };
}

export function promotionIn(language: Language, { english, texts }: Promotion): PromotionText {
  return texts[language] ?? english;
}
