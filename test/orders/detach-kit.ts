/** A month with an order of each API, in true books, that has become old enough to be detached. */
import assert from 'node:assert/strict';
import { Client } from 'pg';
import { attachMonth, type Detached, detachMonths, listDetachable } from '../../src/cli/detach.ts';
import { recharge, wireQuery } from '../api/a1topup/a1topup-client.ts';
import { logIn, type OctopusClient } from '../api/octopus/octopus-client.ts';
import { post as postRecharge, WALLET_TWIN } from '../api/recharge/recharge-client.ts';
import { bearerOf } from '../harness/accounts.ts';
import { type Answer, startApp, type TestApp } from '../harness/app.ts';
import { quiet } from '../harness/quiet.ts';

const HOUR_MS = 3_600_000;
const PENDING_MS = 5_000;
/** The first event that stays. */
export const EVENTS_SPLIT = 10;
const TABLES = ['orders', 'order_progress', 'attempts', 'evidence', 'transfers', 'events'];

export interface OldMonth {
  readonly app: TestApp;
  /** `YYYY-MM`. */
  readonly month: string;
  /** Of the order of each API. */
  readonly ids: ReadonlyMap<string, string>;
  /** They do not live for months. */
  tokens: { readonly octopus: OctopusClient; readonly reloadly: Readonly<Record<string, string>> };
  /** An order by the native API; waits for its outcome, unless it has headers of its own. */
  native(
    reference: string,
    wish?: { readonly phone?: string; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<Answer>;
}

const monthOf = (ms: number) => new Date(ms).toISOString().slice(0, 'YYYY-MM'.length);

export function monthEnd(ms: number): number {
  const at = new Date(ms);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1);
}

export interface Wish {
  readonly api: string;
  readonly ask: (old: OldMonth) => Promise<Answer>;
  /** What it answers when the order of its reference is archived. */
  readonly status: number;
  readonly words: string;
}

/** One in each API, each with a reference. */
export const WISHES: readonly Wish[] = (
  [
    ['native', (old) => old.native('old'), 409, 'order_archived'],
    [
      'reloadly',
      ({ app, tokens }) =>
        app.request('POST', '/topups', {
          headers: tokens.reloadly,
          body: {
            operatorId: 173,
            amount: '15.00',
            recipientPhone: { countryCode: 'HT', number: '50936377111' },
            customIdentifier: 'old-reloadly',
          },
        }),
      400,
      'CUSTOM_IDENTIFIER_ALREADY_USED',
    ],
    [
      'octopus',
      ({ tokens }) =>
        tokens.octopus.ask('POST', '/orders', {
          body: {
            product_id: 4219,
            amount: 200,
            input_data: { phone_number: '+918879685100' },
            client_reference: 'old-octopus',
          },
        }),
      400,
      'Duplicate client_reference',
    ],
    [
      'recharge',
      ({ app }) => postRecharge(app, { ...WALLET_TWIN, client_reference: 'old-recharge' }),
      409,
      'duplicate_transaction',
    ],
    ['a1topup', ({ app }) => recharge(app, { client_ref: 'old-a1topup' }), 200, '1006'],
    [
      'a1topup, the wire form',
      ({ app }) => app.request('GET', `/recharge/api?${wireQuery(app, { orderid: 'old-wire' })}`),
      200,
      'Reference already used',
    ],
  ] satisfies [string, Wish['ask'], number, string][]
).map(([api, ask, status, words]) => ({ api, ask, status, words }));

/** The clock stands in the month after it. */
export async function openOldMonth(): Promise<OldMonth> {
  const app = await startApp();
  // Events of the first month are a range of their own.
  await app.rows(
    `alter table events detach partition events_00000;
     create table events_first (like events including all);
     alter table events_first owner to toprail_engine;
     alter table events attach partition events_first for values from (0) to (${EVENTS_SPLIT});
     create table events_rest (like events including all);
     alter table events_rest owner to toprail_engine;
     alter table events attach partition events_rest for values from (${EVENTS_SPLIT}) to (10000000);
     insert into events select * from events_00000;
     drop table events_00000;
     alter table events_rest rename to events_00000`,
  );
  if (monthEnd(app.clock.now()) - app.clock.now() < HOUR_MS) await app.advance(HOUR_MS);
  const ids = new Map<string, string>();
  const old: OldMonth = {
    app,
    month: monthOf(app.clock.now()),
    ids,
    tokens: { octopus: await logIn(app), reloadly: await bearerOf(app, app.credentials.client) },
    native: (reference, { phone = '+50936377111', headers = { prefer: 'wait=10' } } = {}) =>
      app.request('POST', '/v1/orders', {
        as: 'native',
        headers,
        body: {
          reference,
          recipient: { phone },
          product: 173,
          amount: { value: '15.00', currency: 'USD' },
        },
      }),
  };
  for (const { api, ask } of WISHES) {
    const seen = await app.rows<{ id: string }>('select id::text from orders');
    const answer = await ask(old);
    assert.ok(answer.status < 300, answer.text);
    const [order] = await app.rows<{ id: string }>(
      'select id::text from orders where not id = any ($1::bigint[])',
      [seen.map(({ id }) => id)],
    );
    ids.set(api, order?.id ?? '');
  }
  await quiet(app);
  // Ends in the next month, after an order of that one: entries of a wallet do not lie in the order of ids.
  await app.advance(monthEnd(app.clock.now()) - app.clock.now() - 3_000);
  await old.native('across', { phone: '+50936379007', headers: {} });
  await app.advance(3_500);
  await old.native('new');
  await app.advance(PENDING_MS);
  await quiet(app);
  const [entries] = await app.rows<{ mixed: boolean }>(
    `select bool_or(a.source_id > b.source_id) as mixed from transfers a join transfers b
     on a.wallet_id = b.wallet_id and a.wallet_entry < b.wallet_entry`,
  );
  assert.equal(entries?.mixed, true);
  return old;
}

export async function logInAnew(old: OldMonth): Promise<void> {
  const { app } = old;
  old.tokens = { octopus: await logIn(app), reloadly: await bearerOf(app, app.credentials.client) };
}

/** The month and those before it, which were made ahead and are empty. */
async function monthsOf({ app, month }: OldMonth): Promise<string[]> {
  const listed = await listDetachable(app.app.services.engine.database, '2100-01-01');
  return listed.map((one) => one.month).filter((one) => one <= month);
}

export async function detach(old: OldMonth): Promise<Detached> {
  return detachMonths(old.app.app.services.engine.database, await monthsOf(old));
}

/** Returns how many orders came back. */
export async function attach({ app }: OldMonth): Promise<number> {
  const months = await app.rows<{ month: string }>(
    "select to_char(month, 'YYYY-MM') as month from detached_months order by 1 desc",
  );
  let orders = 0;
  for (const { month } of months) orders += await attachMonth(app.app.services.engine.database, month);
  return orders;
}

/** What stands in its way once this was done; undone afterwards. */
export async function obstacleAfter({ app, month }: OldMonth, sql: string): Promise<string> {
  const superuser = new Client({ connectionString: app.db.superuserUrl });
  await superuser.connect();
  try {
    await superuser.query(
      'set search_path = toprail, public; begin; set local session_replication_role = replica',
    );
    await superuser.query(sql);
    const { rows } = await superuser.query('select detach_obstacle($1) as obstacle', [`${month}-01`]);
    return String(rows[0]?.obstacle ?? 'goes');
  } finally {
    await superuser.end();
  }
}

/** Everything that the live tables hold, table by table. */
export async function contents({ app }: OldMonth): Promise<unknown> {
  const hash = (table: string) =>
    `(select count(*) || ' ' || sum(hashtextextended(t::text, 0)) from ${table} t) as ${table}`;
  const [row] = await app.rows(`select ${TABLES.map(hash).join(', ')}`);
  return row;
}

/** Where partitions are, and what hangs on them. */
export function layout({ app }: OldMonth): Promise<unknown[]> {
  return app.rows(
    `select p.relname, pg_get_expr(p.relpartbound, p.oid) as bound, pg_get_userbyid(p.relowner) as owner,
       (select array_agg(pg_get_indexdef(indexrelid) order by 1) from pg_index where indrelid = p.oid) as indexes,
       (select array_agg(pg_get_constraintdef(c.oid) order by 1) from pg_constraint c where conrelid = p.oid) as constraints
     from pg_inherits i join pg_class p on p.oid = i.inhrelid where p.relnamespace = 'toprail'::regnamespace and p.relkind = 'r'
     order by 1`,
  );
}
