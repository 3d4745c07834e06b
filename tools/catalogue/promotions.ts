/** Promotions of the sandbox, in every language of the catalogue. */
import { LANGUAGES, type Language } from '../../src/catalogue/plan-text.ts';
import type { PromotionRow, PromotionTextRow } from '../../src/catalogue/rows.ts';
import { assert } from '../../src/core/assert.ts';
import { readCsv } from './sources.ts';

const COLUMNS = [
  'id',
  'operator_id',
  'title',
  'title2',
  'description',
  'starts_on',
  'ends_on',
  'denominations',
  'local_denominations',
] as const;

/** When it runs, and `USD 10 and above`: what holds a figure is no phrase of the table. */
const PATTERNS = {
  en: ['from $1 00:00 to $2 23:59 (GMT)', '$1 and above'],
  es: ['del $1 00:00 al $2 23:59 (GMT)', '$1 o más'],
  fr: ['du $1 00:00 au $2 23:59 (GMT)', '$1 et plus'],
  pt: ['de $1 00:00 a $2 23:59 (GMT)', '$1 ou mais'],
  hi: ['$1 00:00 से $2 23:59 तक (GMT)', '$1 या उससे अधिक'],
} as const satisfies Record<Language, readonly [period: string, least: string]>;

export function renderPromotions(): PromotionRow[] {
  const phrases = new Map(readCsv('promotion-phrases.csv', LANGUAGES).map((row) => [row.en, row]));
  const phrase = (text: string, language: Language) => {
    const known = phrases.get(text);
    assert(known, `promotion-phrases.csv lacks "${text}"`);
    return known[language];
  };
  const least = (text: string, language: Language) => {
    if (text === '') return null;
    const [, amount] = /^([A-Z]{3} \d+) and above$/.exec(text) ?? [];
    return amount === undefined ? phrase(text, language) : PATTERNS[language][1].replace('$1', amount);
  };
  return readCsv('promotions.csv', COLUMNS).map((row) => {
    const textIn = (language: Language): PromotionTextRow => {
      const period = PATTERNS[language][0].replace('$1', row.starts_on).replace('$2', row.ends_on);
      return {
        title: `${row.title} ${period}`,
        title2: phrase(row.title2, language),
        description: phrase(row.description, language),
        denominations: least(row.denominations, language),
        local_denominations: least(row.local_denominations, language),
      };
    };
    const { title, title2, description, ...amounts } = textIn('en');
    const others = LANGUAGES.filter((language) => language !== 'en');
    return {
      id: Number(row.id),
      operator_id: Number(row.operator_id),
      title,
      title2,
      description,
      starts_at: `${row.starts_on}T00:00:00Z`,
      ends_at: `${row.ends_on}T23:59:00Z`,
      ...amounts,
      source: 'sandbox',
      texts: Object.fromEntries(others.map((language) => [language, textIn(language)])),
    };
  });
}
