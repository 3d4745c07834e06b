/** In which language texts are answered: as asked, else as the client prefers, else in English. Pure. */
import { LANGUAGES, type Language } from './plan-text.ts';

/** Preferences that are looked at: bounds the work on a header from outside. */
const PREFERENCES_MAX = 20;
const FALLBACK: Language = 'en';

/** `accepted`: the value of `Accept-Language` (RFC 9110); regions count as their language. */
export function chooseLanguage(asked: Language | undefined, accepted: string | undefined): Language {
  if (asked !== undefined) return asked;
  const preferences = (accepted ?? '').split(',', PREFERENCES_MAX).flatMap((text) => {
    const match = /^\s*([A-Za-z]{2,3})(?:-[\w-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$/.exec(text);
    const language = LANGUAGES.find((known) => known === match?.[1]?.toLowerCase());
    const weight = Number(match?.[2] ?? 1);
    return language !== undefined && weight > 0 ? [{ language, weight }] : [];
  });
  // Sorting is stable: of equal ones the first stays first.
  return preferences.sort((a, b) => b.weight - a.weight)[0]?.language ?? FALLBACK;
}
