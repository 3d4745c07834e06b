/** Commissions, credited at delivery and paid to a bank once the day is over: posting, report and the bank's file. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { setPayoutDestination } from '../../src/wallet/payouts.ts';
import { type MadeAccount, makeAccount } from '../harness/accounts.ts';
import { eventually, startApp, type TestApp } from '../harness/app.ts';

const HOUR_MS = 3_600_000;
const BANK = { beneficiary: 'Acme, Recharge "House"', bankAccount: '000123456789', bankCode: 'HDFC0001234' };

describe('the daily settlement of commissions', () => {
  let app: TestApp;
  let directory: string;
  before(async () => {
    app = await startApp();
    directory = await mkdtemp(join(tmpdir(), 'toprail-payouts-'));
  });
  after(async () => {
    await app.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function recharge({ apiKey }: MadeAccount, mobile = '9876543210') {
    const { body } = await app.request('POST', '/api/v1/recharge', {
      body: { api_key: apiKey, mobile, operator: 'AIRTEL', amount: 299, circle: 'AP' },
    });
    assert.equal(body.status, 'success', JSON.stringify(body));
    return body;
  }
  const posted = async ({ accountId }: MadeAccount) => {
    const [row] = await app.rows<{ posted: string }>(
      'select posted::text from wallets where account_id = $1',
      [accountId],
    );
    return row?.posted;
  };
  /** The day that the database's clock shows, before it is moved into the first hours of the next one. */
  async function endDay(): Promise<string> {
    const [row] = await app.rows<{ day: string; left_ms: number }>(
      `select utc::date::text as day, extract(epoch from utc::date + interval '1 day' - utc)::float8 * 1000 as left_ms
       from (select toprail.now() at time zone 'UTC' as utc) as clock`,
    );
    assert.ok(row);
    await app.advance(row.left_ms + HOUR_MS); // by a day and an hour it would skip a day late in the evening
    return row.day;
  }
  const toprail = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)(process.execPath, ['src/cli.ts', ...args, '--json'], {
      env: {
        ...process.env,
        TOPRAIL_DATABASE_URL: app.db.appUrl,
        TOPRAIL_MASTER_KEY: Buffer.alloc(32, 7).toString('hex'),
      },
    });
    return JSON.parse(stdout);
  };

  it('pays what was credited to the bank, once, and keeps what accounts without a bank have', async () => {
    const { engine } = app.app.services;
    const paid = await makeAccount(app, { plan: 'platinum', funds: { INR: 1_000_000n } });
    const kept = await makeAccount(app, { plan: 'gold', funds: { INR: 1_000_000n } });
    await setPayoutDestination(engine, { accountId: paid.accountId, currency: 'INR' }, BANK);
    // 299.00 x 5 % = 14.95, twice; x 4 % = 11.96.
    assert.equal((await recharge(paid)).commission, 14.95);
    await recharge(paid, '9876543211');
    await recharge(kept);
    assert.equal(await posted(paid), `${1_000_000 - 2 * 29_900 + 2 * 1_495}`);
    const day = await endDay();
    await eventually(async () => assert.equal(await posted(paid), `${1_000_000 - 2 * 29_900}`));
    assert.equal(await posted(kept), `${1_000_000 - 29_900 + 1_196}`);

    await app.advance(3 * HOUR_MS);
    const { data } = await toprail('settlement', 'list', '--from', day);
    assert.equal(data.length, 1);
    assert.deepEqual(
      [data[0].kind, data[0].account, data[0].amount, data[0].currency, data[0].day],
      ['commissions', `acc_${paid.accountId}`, '29.90', 'INR', day],
    );

    const out = join(directory, 'payouts.csv');
    await toprail('settlement', 'payout-file', '--day', day, '--out', out);
    const [head, line, end] = (await readFile(out, 'utf8')).split('\r\n');
    assert.equal(head, 'settlement,account,beneficiary,bank_account,bank_code,amount,currency,narration');
    assert.equal(
      line,
      `${data[0].id},acc_${paid.accountId},"Acme, Recharge ""House""",000123456789,HDFC0001234,29.90,INR,Commissions ${day} ${data[0].id}`,
    );
    assert.equal(end, '');
    assert.equal((await stat(out)).mode & 0o777, 0o600);
    await assert.rejects(
      toprail('settlement', 'payout-file', '--day', day, '--out', out),
      /cannot be written/,
    );

    const stored = await app.rows('select sealed from payout_destinations');
    assert.ok(!JSON.stringify(stored).includes('000123456789'));
    const statement = await app.request('GET', '/v1/events?limit=200', {
      headers: { authorization: `Bearer ${paid.apiKey}` },
    });
    const settled = statement.body.data.find(({ type }: { type: string }) => type === 'wallet.settled');
    assert.deepEqual(settled.data.amount, { value: '-29.90', currency: 'INR' });
  });

  it('pays no more than the wallet has, and what was taken back is not paid', async () => {
    const { engine } = app.app.services;
    const spent = await makeAccount(app, { plan: 'platinum', funds: { INR: 30_000n } });
    await setPayoutDestination(engine, { accountId: spent.accountId, currency: 'INR' }, BANK);
    await recharge(spent); // 300.00 - 299.00 + 14.95 = 15.95
    await app.rows('update wallets set held = 0 where account_id = $1', [spent.accountId]);
    const reversed = await makeAccount(app, { plan: 'platinum', funds: { INR: 100_000n } });
    await setPayoutDestination(engine, { accountId: reversed.accountId, currency: 'INR' }, BANK);
    await recharge(reversed, '9876549011');
    await app.advance(15_000);
    await eventually(async () => assert.equal(await posted(reversed), '100000'));
    await endDay();
    await eventually(async () => assert.equal(await posted(spent), '100'));
    assert.equal(await posted(reversed), '100000');
  });
});
