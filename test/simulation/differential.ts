/**
 * The same commands to the model and to PostgreSQL, which must give the same answers and leave the same rows: so what
 * the simulation shows of the model it shows of the SQL. One database and one model live through all sequences; its
 * clock stands, and moves when a sequence says so.
 */
import assert from 'node:assert/strict';
import { Client } from 'pg';
import { IdMint } from '../../src/core/ids.ts';
import { type Clock, momentOf } from '../../src/core/time.ts';
import { type Acceptance, type AcceptTerms, acceptInTurns } from '../../src/orders/accept-store.ts';
import type { Draft } from '../../src/orders/draft.ts';
import { createEngine, type Engine } from '../../src/orders/engine.ts';
import type { OrderRecord } from '../../src/orders/order.ts';
import { type OrderStore, postgresOrderStore } from '../../src/orders/order-store.ts';
import { Vault } from '../../src/platform/crypto.ts';
import { createDatabase, type Database } from '../../src/platform/postgres.ts';
import { Circuits } from '../../src/routing/circuits.ts';
import { cloneDatabase, type TestDatabase } from '../harness/database.ts';
import { SIMULATION_STARTS_MS } from './kernel.ts';
import { ACCOUNTS, createMarket, PROVIDERS, WALLET_CURRENCY } from './market.ts';
import { ModelStore } from './model-store.ts';
import { NO_METRICS } from './node.ts';

const OPENING = 100_000_00n;
const CREDIT = 50_00n;
const NEVER_MS = Date.UTC(2999, 0, 1);

export class Twins {
  readonly model: ModelStore;
  readonly engine: Engine;
  readonly #superuser: Client;
  readonly #database: Database;
  readonly #db: TestDatabase;
  readonly #store: OrderStore;
  readonly clock: Clock;
  #nowMs = SIMULATION_STARTS_MS;

  private constructor(db: TestDatabase, superuser: Client) {
    this.#db = db;
    this.#superuser = superuser;
    this.#database = createDatabase({ url: db.appUrl, poolMax: 2, applicationName: 'twins' });
    const vault = new Vault(Buffer.alloc(32, 7));
    this.#store = postgresOrderStore(this.#database, vault);
    this.clock = { now: () => this.#nowMs, elapsed: () => this.#nowMs, after: () => () => undefined };
    this.model = new ModelStore(
      ACCOUNTS.map(({ buyer, walletId }) => ({
        id: walletId,
        accountId: buyer.accountId,
        currency: WALLET_CURRENCY,
        creditLimit: CREDIT,
        posted: OPENING,
        held: 0n,
        entries: 0n,
      })),
    );
    const market = createMarket(() => this.#nowMs);
    const quiet = () => undefined;
    this.engine = createEngine({
      database: this.#database,
      store: this.#store,
      clock: this.clock,
      vault,
      mint: new IdMint(1, () => this.#nowMs),
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      metrics: NO_METRICS,
      wallets: {
        find: async (accountId) => ACCOUNTS.find(({ buyer }) => buyer.accountId === accountId)?.walletId,
      },
      market: () => market,
      circuits: new Circuits(this.clock),
      connector: () => undefined,
      random: () => 0.5,
      onOutcome: quiet,
      onLateDelivery: quiet,
    });
  }

  static async make(): Promise<Twins> {
    const db = await cloneDatabase();
    const superuser = new Client({ connectionString: db.superuserUrl });
    superuser.on('error', () => undefined);
    await superuser.connect();
    await superuser.query('set search_path = toprail, public');
    await superuser.query(
      `create table toprail.standing_clock (at timestamptz not null);
       grant select on toprail.standing_clock to public;
       insert into toprail.standing_clock values ('2026-01-01');
       create or replace function toprail.now() returns timestamptz language sql stable parallel safe
         return (select at from toprail.standing_clock)`,
    );
    await superuser.query('select create_partitions()');
    for (const { buyer, walletId } of ACCOUNTS) {
      await superuser.query(
        `insert into accounts (id, name, environment, plan) overriding system value values ($1, 'twin', 'sandbox', (select name from plans order by name limit 1))`,
        [buyer.accountId],
      );
      await superuser.query(
        `insert into wallets (account_id, id, currency, opening, posted, credit_limit) overriding system value
         values ($1, $2, $3, $4, $4, $5)`,
        [buyer.accountId, walletId, WALLET_CURRENCY, OPENING, CREDIT],
      );
    }
    for (const { id, capability } of PROVIDERS) {
      await superuser.query(
        `insert into providers (id, environment, connector, config_sealed, capability)
         values ($1, 'sandbox', 'simulated', '', $2)`,
        [id, JSON.stringify(capability)],
      );
    }
    return new Twins(db, superuser);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  async pass(ms: number): Promise<void> {
    const month = new Date(this.#nowMs).getUTCMonth();
    this.#nowMs += ms;
    await this.#superuser.query('update standing_clock set at = to_timestamp($1::float8 / 1000)', [
      this.#nowMs,
    ]);
    // What a running switch does ahead of time.
    if (new Date(this.#nowMs).getUTCMonth() !== month)
      await this.#superuser.query('select create_partitions()');
  }

  async block(isBlocked: boolean): Promise<void> {
    this.model.sendingBlocked = isBlocked;
    await this.#superuser.query('update installation set sending_blocked = $1', [isBlocked]);
  }

  /** As PostgreSQL's own: a reference decides at most one draft a transaction. */
  modelAccept(drafts: readonly Draft[], terms: AcceptTerms): Promise<Acceptance[]> {
    return acceptInTurns(drafts, async (batch) => this.model.accept(batch, terms, this.#nowMs));
  }

  /** Asks both; their answers, or the SQLSTATE of their refusals, must be the same. */
  async both<T>(
    what: string,
    real: (store: OrderStore) => Promise<T>,
    model: () => T | Promise<T>,
  ): Promise<T | undefined> {
    const [said, modelled] = [await attempt(() => real(this.#store)), await attempt(async () => model())];
    assert.deepEqual(plain(modelled), plain(said), what);
    return modelled.kind === 'done' ? modelled.value : undefined;
  }

  /** The rows of these orders, and of every wallet, on both sides. */
  async compare(ids: readonly bigint[]): Promise<void> {
    const real = await this.#store.load(ids);
    const byId = (a: OrderRecord, b: OrderRecord) => Number(a.facts.id - b.facts.id);
    assert.deepEqual(
      plain(this.model.load(ids).map(dressed).sort(byId)),
      plain(real.map(dressed).sort(byId)),
      'orders',
    );
    const rows = async (sql: string) => (await this.#superuser.query(sql, [ids.map(String)])).rows;
    assert.deepEqual(
      this.#modelProgress(ids),
      await rows(
        `select order_id::text as id, hold, event_seq as seq,
           (extract(epoch from next_wakeup) * 1000)::bigint::text as due
         from order_progress where order_id = any ($1::bigint[]) order by order_id`,
      ),
      'progress',
    );
    assert.deepEqual(
      this.#modelTransfers(ids),
      await rows(
        `select source_id::text as source, kind, seq, debit, credit, amount::text, currency, wallet_id::text as wallet,
           wallet_entry::text as entry, wallet_posted_after::text as after
         from transfers where source_id = any ($1::bigint[]) or source_id in
           (select id from adjustments where order_id = any ($1::bigint[])) order by source_id, kind, seq`,
      ),
      'transfers',
    );
    assert.deepEqual(
      this.#modelEvents(ids),
      await rows(
        `select order_id::text as id, seq, type, body from events where order_id = any ($1::bigint[])
         order by order_id, seq`,
      ),
      'events',
    );
    assert.deepEqual(
      this.#modelCases(ids),
      await rows(
        `select order_id::text as id, reason, closed_at is not null as closed from review_cases
         where order_id = any ($1::bigint[]) order by order_id, reason`,
      ),
      'cases',
    );
    assert.deepEqual(
      [...this.model.wallets.values()].map(({ id, posted, held, entries }) =>
        [id, posted, held, entries].map(String),
      ),
      (await this.#superuser.query('select id, posted, held, entries from wallets order by id')).rows.map(
        (row: Record<string, unknown>) => Object.values(row).map(String),
      ),
      'wallets',
    );
  }

  /** Nothing but these orders is due any more: the others have served. */
  async keepOnly(ids: readonly bigint[]): Promise<void> {
    const kept = new Set(ids);
    for (const [id, order] of this.model.orders) {
      if (order.nextWakeupMs === undefined || kept.has(id)) continue;
      this.model.orders.set(id, { ...order, nextWakeupMs: NEVER_MS });
    }
    for (const [key, notice] of this.model.notices)
      this.model.notices.set(key, { ...notice, nextWakeupMs: undefined });
    await this.#superuser.query(
      `update order_progress set next_wakeup = to_timestamp($2::float8 / 1000)
       where next_wakeup < to_timestamp($2::float8 / 1000) and order_id <> all ($1::bigint[])`,
      [ids.map(String), NEVER_MS],
    );
    await this.#superuser.query('update callback_inbox set next_wakeup = null where next_wakeup is not null');
  }

  /** The draft that the engine would put into a batch for this command. */
  async draft(place: (engine: Engine) => Promise<unknown>): Promise<Draft | undefined> {
    let draft: Draft | undefined;
    const submit = async (one: Draft) => {
      draft = one;
      const startedAt = momentOf(this.clock);
      return { draft: one, orderId: one.id, outcome: 'account_inactive', startedAt };
    };
    // Only `submit` is used on the way to the batch.
    await place({ ...this.engine, intake: { submit } as unknown as Engine['intake'] });
    return draft;
  }

  async close(): Promise<void> {
    await this.#superuser.end();
    await this.#database.end();
    await this.#db.drop();
  }

  #of(ids: readonly bigint[]) {
    return ids
      .flatMap((id) => this.model.orders.get(id) ?? [])
      .sort((a, b) => Number(a.facts.id - b.facts.id));
  }

  #modelProgress(ids: readonly bigint[]) {
    return this.#of(ids).map(({ facts, hold, eventSeq, nextWakeupMs }) => ({
      id: `${facts.id}`,
      hold,
      seq: eventSeq,
      due: nextWakeupMs === undefined ? null : `${nextWakeupMs}`,
    }));
  }

  #modelTransfers(ids: readonly bigint[]) {
    const orders = this.#of(ids);
    const sources = new Set([
      ...ids,
      ...orders.flatMap(({ adjustments }) => adjustments.map(({ id }) => id)),
    ]);
    return [...this.model.transfers.values()]
      .filter(({ source }) => sources.has(source))
      .sort(
        (a, b) => Number(a.source - b.source) || (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.seq - b.seq),
      )
      .map(({ source, kind, seq, debit, credit, amount, currency, walletId, entry, postedAfter }) => ({
        source: `${source}`,
        kind,
        seq,
        debit,
        credit,
        amount: `${amount}`,
        currency,
        wallet: text(walletId),
        entry: text(entry),
        after: text(postedAfter),
      }));
  }

  #modelEvents(ids: readonly bigint[]) {
    const wanted = new Set(ids);
    return this.model.events
      .filter(({ orderId }) => wanted.has(orderId))
      .sort((a, b) => Number(a.orderId - b.orderId) || a.seq - b.seq)
      .map(({ orderId, seq, type, body }) => ({ id: `${orderId}`, seq, type, body }));
  }

  #modelCases(ids: readonly bigint[]) {
    return this.#of(ids)
      .flatMap(({ facts, cases }) =>
        cases.map(({ reason, closedAtMs }) => ({
          id: `${facts.id}`,
          reason,
          closed: closedAtMs !== undefined,
        })),
      )
      .sort((a, b) => Number(BigInt(a.id) - BigInt(b.id)) || (a.reason < b.reason ? -1 : 1));
  }
}

type Attempt<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused'; readonly code: string };

async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { kind: 'done', value: await work() };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return { kind: 'refused', code: String(error.code) };
  }
}

/** Vouchers and raw hashes are not the model's; evidence is compared by what it says. */
function dressed(order: OrderRecord): OrderRecord {
  return { ...order, voucher: undefined };
}

/** Values as they can be compared: digits for big numbers, nothing for what is absent, keys in order. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Uint8Array || value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, plain(one)]),
  );
}

function text(value: bigint | undefined): string | null {
  return value === undefined ? null : `${value}`;
}
