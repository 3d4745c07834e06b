import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Catalogue } from './catalogue.ts';
import { readCatalogueData } from './data.ts';
import { fitsField, inputsOf, type RecipientRule } from './inputs.ts';

const METER: RecipientRule = { kind: 'account', label: 'Consumer number', pattern: '\\d{9}|\\d{12}' };
const PLAYER: RecipientRule = {
  kind: 'player',
  label: 'UID',
  pattern: '[1-9]\\d{8}',
  servers: ['America', 'Asia'],
};

const FIELDS: [rule: RecipientRule, fields: string[]][] = [
  [{ kind: 'phone' }, ['phone:phone']],
  [{ kind: 'email', domains: ['nauta.cu'] }, ['email:email']],
  [METER, ['account_number:text']],
  [PLAYER, ['player_id:text', 'server:choice']],
  [{ ...PLAYER, servers: [] }, ['player_id:text']],
];
for (const [rule, fields] of FIELDS) {
  test(`the fields of ${JSON.stringify(rule)}`, () => {
    assert.deepEqual(
      inputsOf(rule).map(({ name, type }) => `${name}:${type}`),
      fields,
    );
  });
}

const VALUES: [rule: RecipientRule, field: number, value: string, fits: boolean][] = [
  [METER, 0, '123456789', true],
  [METER, 0, '123456789012', true],
  [METER, 0, '1234567890', false],
  [METER, 0, '123456789x', false],
  [METER, 0, '', false],
  [METER, 0, `123456789\n`, false],
  [PLAYER, 0, '812345678', true],
  [PLAYER, 1, 'Asia', true],
  [PLAYER, 1, 'asia', false],
  [PLAYER, 1, '', false],
];
for (const [rule, field, value, fits] of VALUES) {
  test(`${JSON.stringify(value)} ${fits ? 'fits' : 'does not fit'} field ${field} of a ${rule.kind}`, () => {
    const asked = inputsOf(rule)[field] ?? assert.fail();
    assert.equal(fitsField(asked, value), fits);
  });
}

test('every pattern of the catalogue is one, and says how long a value may be', () => {
  const catalogue = new Catalogue(readCatalogueData());
  const asked = catalogue
    .operators()
    .filter(({ recipient }) => ['player', 'account'].includes(recipient.kind));
  assert.ok(asked.length >= 16);
  for (const { recipient, name } of asked) {
    const [field] = inputsOf(recipient);
    assert.ok(field?.pattern, name);
    assert.equal(fitsField(field, '9'.repeat(60)), false, name);
  }
});
