/**
 * Logos of operators: monograms that follow from name and id alone, so that an operator looks the same everywhere
 * and nothing is asked of the outside. Pure.
 */
import type { Operator } from './catalogue.ts';

/** Where the server answers with it. */
export function logoPath(operatorId: number): string {
  return `/logos/${operatorId}.svg`;
}

/** White on these has a contrast of at least 4.5 (WCAG AA) at every hue; a test computes it. */
export const SATURATION_PERCENT = 55;
export const LIGHTNESS_PERCENT = 28;
/** Steps around the circle of hues that lie far apart for neighbouring ids: 360 divided by the golden ratio, squared. */
const GOLDEN_ANGLE = 137.508;
const INITIALS_MAX = 3;

export function logoOf({ id, name }: Pick<Operator, 'id' | 'name'>): string {
  const letters = initialsOf(name);
  const size = letters.length > 2 ? 34 : 42;
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" role="img">' +
    `<title>${escapeXml(name)}</title>` +
    `<rect width="96" height="96" rx="16" fill="hsl(${hueOf(id)} ${SATURATION_PERCENT}% ${LIGHTNESS_PERCENT}%)"/>` +
    '<text x="48" y="50" text-anchor="middle" dominant-baseline="central" font-family="sans-serif" ' +
    `font-weight="600" font-size="${size}" fill="#fff">${escapeXml(letters)}</text></svg>`
  );
}

function hueOf(id: number): number {
  return Math.round((id * GOLDEN_ANGLE) % 360);
}

/** "Digicel Haiti" is DH, "9Mobile (Etisalat) Nigeria" 9EN, "AT&T" AT. */
export function initialsOf(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  const [only = '?'] = words;
  if (words.length <= 1) return only.slice(0, 2).toUpperCase();
  return words
    .slice(0, INITIALS_MAX)
    .map((word) => String.fromCodePoint(word.codePointAt(0) ?? 0))
    .join('')
    .toUpperCase();
}

/** What XML cannot hold at all is left out: control characters and two that are none. */
function escapeXml(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\ufffe\uffff]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
