/**
 * The design that every peer uses, behind the same door: one transaction per order, one round trip per statement,
 * the same schema, the same rows, the same durability. Done as a careful engineer would: every statement is
 * prepared, the wallet is held by one conditional update, and the one row that all transactions update comes last.
 */
import { Pool, type PoolClient } from 'pg';
import { momentOf } from '../src/core/time.ts';
import type { AcceptOutcome } from '../src/orders/accept-store.ts';
import type { Draft } from '../src/orders/draft.ts';
import type { Accepted, Engine } from '../src/orders/engine.ts';

/** As many as the product's own pool has. With 64, those that wait for the wallet slow down who has it: half the rate. */
const CONNECTIONS = 16;

/** Puts the naive design behind an engine. `superuserUrl`: it writes the tables itself, as the engine's role. */
export function naiveEngine(engine: Engine, superuserUrl: string): Engine {
  const pool = new Pool({
    connectionString: superuserUrl,
    max: CONNECTIONS,
    idleTimeoutMillis: 0,
    options: '-c role=toprail_engine -c search_path=toprail -c plan_cache_mode=force_generic_plan',
  });
  // Those that are committed: few, and the same for many orders.
  const knownTerms = new Set<string>();
  const intake = {
    submit: async (draft: Draft): Promise<Accepted> => {
      const startedAt = momentOf(engine.clock);
      const { id, text } = draft.terms;
      if (!knownTerms.has(id)) await pool.query(STATEMENTS.terms, [id, text]);
      knownTerms.add(id);
      return {
        ...(await accept(pool, draft)),
        draft,
        acceptedAtMs: startedAt.nowMs,
        sending: false,
        startedAt,
      };
    },
    standing: (queue: string) => ({ queue, length: 0, limit: CONNECTIONS }),
    depth: 0,
    busy: false,
    drained: () => Promise.resolve(),
  };
  // The batcher's public face; its private parts are not used by anyone.
  return { ...engine, intake: intake as unknown as Engine['intake'] };
}

interface Decision {
  readonly outcome: AcceptOutcome;
  readonly orderId: bigint;
  readonly balanceBefore: bigint | undefined;
}

async function accept(pool: Pool, draft: Draft): Promise<Decision> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const decision = await acceptIn(client, draft);
    await client.query(decision.outcome === 'accepted' ? 'commit' : 'rollback');
    return decision;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

async function acceptIn(client: PoolClient, draft: Draft): Promise<Decision> {
  const { price } = draft;
  const decide = (outcome: AcceptOutcome, balanceBefore?: bigint): Decision => ({
    outcome,
    orderId: draft.id,
    balanceBefore,
  });
  const reference = await run(client, 'reference', [
    draft.accountId,
    draft.referenceHash,
    draft.fingerprint,
    draft.id,
  ]);
  if (reference.rowCount === 0) return decide('replayed');
  const recipient = await recipientOf(client, draft);
  const held = (await run(client, 'hold', [draft.accountId, draft.walletId, price.cost])).rows[0];
  if (!held) return decide('insufficient_balance', 0n);
  const balance = BigInt(held.balance);
  await run(client, 'order', [
    draft.accountId,
    draft.id,
    draft.clientId,
    draft.dialect,
    draft.walletId,
    recipient,
    draft.productId,
    draft.operatorId,
    draft.country,
    draft.amountMode,
    price.sendAmount,
    price.sendCurrency,
    price.receiveAmount,
    price.receiveCurrency,
    price.fxRate,
    price.discount,
    price.commission,
    price.fee,
    price.tax,
    price.cost,
    draft.pricingText,
    draft.terms.id,
    balance,
    balance - price.cost,
    draft.minimumReceive ?? null,
    draft.deadlineSeconds ?? null,
    draft.privateSealed,
  ]);
  await run(client, 'progress', [draft.accountId, draft.id, draft.walletId, price.cost]);
  await run(client, 'attempt', [
    draft.accountId,
    draft.id,
    draft.attempt.provider,
    draft.attempt.sku,
    draft.attempt.epoch,
    draft.attempt.instructionHash,
    draft.attempt.providerCost,
    draft.attempt.providerCostWallet,
  ]);
  await run(client, 'event', [draft.accountId, draft.id]);
  return decide('accepted', balance);
}

/** Most recipients are known: looked for first, so that only new ones cost a second round trip. */
async function recipientOf(client: PoolClient, draft: Draft): Promise<string | undefined> {
  const key = [draft.accountId, draft.recipient.kind, draft.recipientHash];
  const known = (await run(client, 'recipient', key)).rows[0];
  if (known) return known.id;
  await run(client, 'new_recipient', [...key, draft.id, draft.recipientSealed]);
  return (await run(client, 'recipient', key)).rows[0]?.id;
}

function run(client: PoolClient, name: keyof typeof STATEMENTS, values: unknown[]) {
  return client.query<Row>({ name, text: STATEMENTS[name], values });
}

/** What the statements may return. */
interface Row {
  readonly id: string;
  readonly balance: string;
}

const STATEMENTS = {
  terms: 'insert into pricing_terms values ($1, $2) on conflict do nothing',
  reference: 'insert into order_references values ($1, $2, $3, $4) on conflict do nothing',
  recipient: 'select id from recipients where account_id = $1 and kind = $2 and value_hash = $3',
  new_recipient: `insert into recipients (account_id, kind, value_hash, id, value_sealed)
    values ($1, $2, $3, $4, $5) on conflict do nothing`,
  hold: `update wallets w set held = held + $3, updated_at = toprail.now(), day = (toprail.now() at time zone 'UTC')::date,
      day_orders = case when day = (toprail.now() at time zone 'UTC')::date then day_orders else 0 end + 1,
      day_amount = case when day = (toprail.now() at time zone 'UTC')::date then day_amount else 0 end + $3
    from accounts a
    where w.account_id = $1 and w.id = $2 and a.id = w.account_id and a.status = 'active'
      and w.posted - w.held + w.credit_limit >= $3
    returning w.posted - w.held + $3 as balance`,
  order: `insert into orders (account_id, id, client_id, dialect, wallet_id, recipient_id, product_id, operator_id,
      country, amount_mode, send_amount, currency, receive_amount, receive_currency, fx_rate, discount, commission, fee,
      tax, cost, pricing, terms_id, balance_before, balance_after, minimum_receive, deadline_at, created_at, private)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
      $24, $25, toprail.now() + make_interval(secs => $26), toprail.now(), $27)`,
  progress: `insert into order_progress (account_id, order_id, state, hold, hold_wallet_id, hold_amount, attempt,
      event_seq, next_wakeup)
    values ($1, $2, 'ACCEPTED', 'ACTIVE', $3, $4, 1, 1, toprail.now())`,
  attempt: `insert into attempts (account_id, order_id, number, provider_id, sku, epoch, instruction_hash, provider_cost,
      provider_cost_wallet, state, created_at)
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, 'READY', toprail.now())`,
  event: `with counter as (update event_counter set last_id = last_id + 1 returning last_id)
    insert into events (id, account_id, order_id, seq, type, body, at)
    select last_id, $1, $2, 1, 'order.accepted', '{"state":"ACCEPTED"}', toprail.now() from counter`,
} as const;
