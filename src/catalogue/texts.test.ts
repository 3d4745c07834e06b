import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Catalogue } from './catalogue.ts';
import { readCatalogueData } from './data.ts';
import { LANGUAGES } from './plan-text.ts';
import { promotionIn } from './texts.ts';

const promotions = new Catalogue(readCatalogueData()).promotions();

test('every promotion that was made says everything in every language', () => {
  for (const { id, english, texts } of promotions) {
    for (const language of LANGUAGES.filter((one) => one !== 'en')) {
      const text = texts[language];
      assert.ok(text, `${id} in ${language}`);
      for (const [member, words] of Object.entries(english) as [keyof typeof english, string | null][]) {
        assert.equal(text[member] === null, words === null, `${id} ${member}`);
        if (words !== null) assert.notEqual(text[member], words, `${id} ${member} in ${language}`);
      }
    }
  }
});

test('one that was not translated is told in English, all of it', () => {
  const [first] = promotions;
  assert.ok(first);
  assert.equal(promotionIn('fr', { ...first, texts: {} }), first.english);
  assert.equal(promotionIn('en', first), first.english);
});
