import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialsOf, LIGHTNESS_PERCENT, logoOf, SATURATION_PERCENT } from './logo.ts';

const INITIALS: [name: string, letters: string][] = [
  ['Digicel Haiti', 'DH'],
  ['9Mobile (Etisalat) Nigeria', '9EN'],
  ['AT&T', 'AT'],
  ['Claro', 'CL'],
  ['d2h DTH', 'DD'],
  ['МТС Россия', 'МР'],
  ['Vi (Vodafone Idea) India', 'VVI'],
  ['&', '?'],
];
for (const [name, letters] of INITIALS) {
  test(`${name} is ${letters}`, () => assert.equal(initialsOf(name), letters));
}

test('an operator looks the same each time, and another one different', () => {
  const logo = logoOf({ id: 173, name: 'Digicel Haiti' });
  assert.equal(logo, logoOf({ id: 173, name: 'Digicel Haiti' }));
  assert.notEqual(logo, logoOf({ id: 172, name: 'Digicel Haiti' }));
});

test('a name is text in the picture, whatever it holds', () => {
  const logo = logoOf({ id: 1, name: '<script>&"\u0001' });
  assert.match(logo, /<title>&lt;script&gt;&amp;"<\/title>/);
});

const CONTRAST_MIN = 4.5; // WCAG 2.2, level AA
test('white letters can be read on every colour', () => {
  for (let hue = 0; hue < 360; hue++) {
    const contrast = 1.05 / (luminance(hue) + 0.05);
    assert.ok(contrast >= CONTRAST_MIN, `hue ${hue}: ${contrast}`);
  }
});

/** Relative luminance of the logo's colour at a hue (WCAG 2.2). */
function luminance(hue: number): number {
  const [saturation, lightness] = [SATURATION_PERCENT / 100, LIGHTNESS_PERCENT / 100];
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    const value = lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(0) + 0.7152 * channel(8) + 0.0722 * channel(4);
}
