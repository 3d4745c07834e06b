/** What follows from a refusal that was a lie, beside the adjustment. Found by `npm run crash`, seed 12. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, startApp } from '../harness/app.ts';
import { quiet } from '../harness/quiet.ts';

const DELIVERED_LATE_MS = 5_000;

test('a code that cannot be withdrawn while the database is away takes no server down', async (context) => {
  const app = await startApp();
  context.after(() => app.close());
  const [kept] = await app.rows<{ sql: string }>(
    `select pg_get_functiondef('toprail.withdraw_refusal_code'::regproc) as sql`,
  );
  await app.rows(`create or replace function toprail.withdraw_refusal_code(p_provider text, p_code text)
    returns boolean language plpgsql as $$ begin raise exception using errcode = '57P01'; end $$`);
  const body = {
    reference: 'late',
    product: 173,
    recipient: { phone: '+50936379012' },
    amount: { value: '1.00', currency: 'USD' },
  };
  const { status } = await app.request('POST', '/v1/orders', { as: 'native', body });
  assert.equal(status, 201);
  await quiet(app);
  await app.advance(DELIVERED_LATE_MS);
  await eventually(() => {
    const told = app.logged.filter((line) => line.includes('could not be withdrawn'));
    assert.equal(told.length, 1, app.logged.join(''));
  });
  assert.equal((await app.request('GET', '/readyz')).status, 200);
  await app.rows(kept?.sql ?? '');
});
