/** What a plan contains and how long it lasts, in the languages of the catalogue: generated, never translated by hand. */
import { currencyOf } from '../core/currency.ts';
import { formatAmount } from '../core/money.ts';
import type { Benefits } from './catalogue.ts';

/** English first: it is what a text without translation falls back to. */
export const LANGUAGES = ['en', 'es', 'fr', 'pt', 'hi'] as const;
export type Language = (typeof LANGUAGES)[number];

type Counted = readonly [one: string, many: string];

interface Words {
  readonly gigabytes: string;
  readonly minutes: Counted;
  readonly days: Counted;
  readonly talkTime: string;
  /** Between the whole and the tenths. */
  readonly point: string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    gigabytes: 'GB',
    minutes: ['minute', 'minutes'],
    days: ['day', 'days'],
    talkTime: 'talk time',
    point: '.',
  },
  es: {
    gigabytes: 'GB',
    minutes: ['minuto', 'minutos'],
    days: ['día', 'días'],
    talkTime: 'saldo',
    point: ',',
  },
  fr: {
    gigabytes: 'Go',
    minutes: ['minute', 'minutes'],
    days: ['jour', 'jours'],
    talkTime: 'crédit',
    point: ',',
  },
  pt: {
    gigabytes: 'GB',
    minutes: ['minuto', 'minutos'],
    days: ['dia', 'dias'],
    talkTime: 'crédito',
    point: ',',
  },
  hi: { gigabytes: 'GB', minutes: ['मिनट', 'मिनट'], days: ['दिन', 'दिन'], talkTime: 'टॉक टाइम', point: '.' },
};

const MEGABYTES_PER_GIGABYTE = 1024;

/** "3 GB + 1000 minutes + 100 SMS"; `currency` is that of the talk time. Empty where nothing is told. */
export function contentIn(language: Language, benefits: Benefits, currency: string): string {
  const { gigabytes, minutes, talkTime, point } = WORDS[language];
  const { talkTime: credit, dataMegabytes, voiceMinutes, messages } = benefits;
  return [
    ...(credit === undefined
      ? []
      : [`${currency} ${formatAmount(credit, currencyOf(currency).exponent)} ${talkTime}`]),
    ...(dataMegabytes === undefined ? [] : [`${tenths(dataMegabytes).replace('.', point)} ${gigabytes}`]),
    ...(voiceMinutes === undefined ? [] : [counted(voiceMinutes, minutes)]),
    ...(messages === undefined ? [] : [`${messages} SMS`]),
  ].join(' + ');
}

/** "28 days". */
export function validityIn(language: Language, days: number): string {
  return counted(days, WORDS[language].days);
}

function tenths(megabytes: number): string {
  return `${Number((megabytes / MEGABYTES_PER_GIGABYTE).toFixed(1))}`;
}

function counted(count: number, [one, many]: Counted): string {
  return `${count} ${count === 1 ? one : many}`;
}
