import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseLanguage } from './accept-language.ts';

const CHOICES: [accepted: string | undefined, language: string][] = [
  [undefined, 'en'],
  ['', 'en'],
  ['de', 'en'],
  ['*', 'en'],
  ['pt-BR', 'pt'],
  ['HI', 'hi'],
  ['de, fr;q=0.8, es;q=0.9', 'es'],
  ['fr;q=0, es', 'es'],
  ['fr;q=0', 'en'],
  ['es;q=0.5, fr;q=0.5', 'es'],
  ['fr;q=nonsense', 'en'],
  [`${'xx,'.repeat(100)}fr`, 'en'],
];
for (const [accepted, language] of CHOICES) {
  test(`Accept-Language ${accepted?.slice(0, 40)} is ${language}`, () => {
    assert.equal(chooseLanguage(undefined, accepted), language);
  });
}

test('what is asked for in the address wins', () => {
  assert.equal(chooseLanguage('fr', 'es'), 'fr');
});
