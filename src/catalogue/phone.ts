/** Phone numbers, by libphonenumber's full metadata: E.164 with the plus is the one form inside the switch. */
import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import { remember } from '../core/remember.ts';

export interface Phone {
  /** With the plus: `+50936377111`. */
  readonly e164: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

/** E.164 allows 15 digits; separators at most double that. Bounds the work on text from outside. */
const TEXT_MAX = 32;
const SEPARATORS = /[\s().-]/g;
const SENDER_DIGITS_MIN = 5;
const SENDER_DIGITS_MAX = 15;

/**
 * Reads a number of a country: local (`08147658721`, `8147658721`) or international, with or without the plus
 * (`2348147658721`, `+234...`, `00234...`). Undefined unless it is a valid number of that very country.
 */
export function normalisePhone(text: string, iso2: string): Phone | undefined {
  if (text.length > TEXT_MAX || !isSupportedCountry(iso2)) return undefined;
  return readIn(`${iso2}${text}`) ?? undefined;
}

/** Clients ask about a number before they order for it: looked up, quoted and ordered it is read once. */
const NUMBERS_MAX = 10_000;
const ISO2_CHARS = 2;

const readIn = remember(
  (key): Phone | null => readNumber(key.slice(ISO2_CHARS), key.slice(0, ISO2_CHARS) as CountryCode) ?? null, // that a country has the code was asked
  NUMBERS_MAX,
);

function readNumber(text: string, iso2: CountryCode): Phone | undefined {
  const compact = text.replaceAll(SEPARATORS, '');
  if (!/^\+?\d+$/.test(compact)) return undefined;
  if (compact.startsWith('+')) return validIn(compact, iso2);
  if (compact.startsWith('00')) return validIn(`+${compact.slice(2)}`, iso2);
  // Digits alone are read as local first only where they do not begin with the calling code: 234 81... is
  // international in Nigeria, and a Haitian local number never begins with 509.
  const international = compact.startsWith(getCountryCallingCode(iso2))
    ? validIn(`+${compact}`, iso2)
    : undefined;
  return international ?? validIn(compact, iso2);
}

/** A valid number in strict E.164: plus and digits, nothing else. */
export function parseE164(text: string): Phone | undefined {
  return /^\+[1-9]\d{4,14}$/.test(text) ? (readE164(text) ?? undefined) : undefined;
}

const readE164 = remember((text): Phone | null => {
  const phone = parsePhoneNumberFromString(text);
  return phone?.isValid() && phone.country ? { e164: phone.number, country: phone.country } : null;
}, NUMBERS_MAX);

/**
 * The sender's number is only shown, never dialled, and the published examples carry invented ones: it is refused
 * for other characters than digits, a length that no number has, or a country that does not exist.
 */
export function senderPhoneValid(text: string, iso2: string): boolean {
  if (!isSupportedCountry(iso2)) return false;
  const digits = text.replace(/^\+/, '');
  return /^\d+$/.test(digits) && digits.length >= SENDER_DIGITS_MIN && digits.length <= SENDER_DIGITS_MAX;
}

function validIn(text: string, iso2: CountryCode): Phone | undefined {
  const phone = parsePhoneNumberFromString(text, iso2);
  if (!phone?.isValid() || phone.country !== iso2) return undefined;
  return { e164: phone.number, country: iso2 };
}
