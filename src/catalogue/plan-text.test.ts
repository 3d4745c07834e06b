import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Product } from './catalogue.ts';
import { Catalogue } from './catalogue.ts';
import { readCatalogueData } from './data.ts';
import { contentIn, LANGUAGES, type Language, validityIn } from './plan-text.ts';
import { productIn } from './texts.ts';

const PLAN = { dataMegabytes: 1536, voiceMinutes: 1, messages: 30, talkTime: 1_495n };
const CONTENTS: Readonly<Record<Language, string>> = {
  en: 'INR 14.95 talk time + 1.5 GB + 1 minute + 30 SMS',
  es: 'INR 14.95 saldo + 1,5 GB + 1 minuto + 30 SMS',
  fr: 'INR 14.95 crédit + 1,5 Go + 1 minute + 30 SMS',
  pt: 'INR 14.95 crédito + 1,5 GB + 1 minuto + 30 SMS',
  hi: 'INR 14.95 टॉक टाइम + 1.5 GB + 1 मिनट + 30 SMS',
};
for (const language of LANGUAGES) {
  test(`a content in ${language}`, () => {
    assert.equal(contentIn(language, PLAN, 'INR'), CONTENTS[language]);
  });
}

test('a plan of which nothing is told has no content', () => {
  assert.equal(contentIn('en', {}, 'INR'), '');
});

test('one day and many', () => {
  assert.deepEqual(
    LANGUAGES.map((language) => [validityIn(language, 1), validityIn(language, 28)]),
    [
      ['1 day', '28 days'],
      ['1 día', '28 días'],
      ['1 jour', '28 jours'],
      ['1 dia', '28 dias'],
      ['1 दिन', '28 दिन'],
    ],
  );
});

const catalogue = new Catalogue(readCatalogueData());
const product = (id: number): Product => catalogue.product(id) ?? assert.fail(`no product ${id}`);

test('every plan that was made has its texts in every language', () => {
  const plans = [...catalogue.products()].filter(
    ({ code, circle }) => code !== undefined || circle !== undefined,
  );
  assert.ok(plans.length > 600);
  for (const plan of plans)
    for (const language of LANGUAGES) {
      const { name, description, validity } = productIn(language, plan);
      assert.equal(description, contentIn(language, plan.benefits, plan.currency));
      const days = plan.validityDays === undefined ? '' : validityIn(language, plan.validityDays);
      assert.equal(validity, days);
      assert.ok(name.includes(description) && name.endsWith(days || description), name);
    }
});

test('a product without translations is told in English, all of it', () => {
  const main = product(173);
  assert.deepEqual(productIn('hi', main), {
    name: 'Digicel Haiti',
    description: 'Airtime',
    validity: '',
  });
  const own = { ...product(500_001), names: {}, descriptions: {} };
  assert.equal(productIn('fr', own).validity, '7 days');
});
