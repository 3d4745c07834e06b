/**
 * The design that every peer uses, behind the same door: one transaction per order, one round trip per statement,
 * the same schema, the same rows, the same durability. The bench measures against it in the same run.
 */
import { Pool, type PoolClient } from 'pg';
import type { Acceptance, AcceptOutcome } from '../src/orders/accept-store.ts';
import type { Draft } from '../src/orders/draft.ts';
import type { Engine } from '../src/orders/engine.ts';

const CONNECTIONS = 64;
const LEASE = "interval '20 seconds'";

/** Puts the naive design behind an engine. `superuserUrl`: it writes the tables itself, as the engine's role. */
export function naiveEngine(engine: Engine, superuserUrl: string): Engine {
  const pool = new Pool({
    connectionString: superuserUrl,
    max: CONNECTIONS,
    options: '-c role=toprail_engine -c search_path=toprail',
  });
  const intake = {
    submit: (draft: Draft) => accept(pool, draft),
    standing: (queue: string) => ({ queue, length: 0, limit: CONNECTIONS }),
    depth: 0,
    busy: false,
    drained: () => Promise.resolve(),
  };
  // The batcher's public face; its private parts are not used by anyone.
  return { ...engine, intake: intake as unknown as Engine['intake'] };
}

async function accept(pool: Pool, draft: Draft): Promise<Acceptance> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const acceptance = await acceptIn(client, draft);
    await client.query(acceptance.outcome === 'accepted' ? 'commit' : 'rollback');
    return acceptance;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

async function acceptIn(client: PoolClient, draft: Draft): Promise<Acceptance> {
  const { price } = draft;
  const answer = (outcome: AcceptOutcome, orderId: bigint, balanceBefore?: bigint): Acceptance => ({
    outcome,
    orderId,
    balanceBefore,
    draft,
    acceptedAtMs: Date.now(),
    sending: false,
  });
  const reference = await client.query(
    'insert into order_references values ($1, $2, $3, $4) on conflict do nothing',
    [draft.accountId, draft.referenceHash, draft.fingerprint, draft.id],
  );
  if (reference.rowCount === 0) return answer('replayed', draft.id);
  await client.query('insert into recipients values ($1, $2, $3, $4, $5) on conflict do nothing', [
    draft.accountId,
    draft.id,
    draft.recipient.kind,
    draft.recipientHash,
    draft.recipientSealed,
  ]);
  const recipient = await client.query<{ id: string }>(
    'select id from recipients where account_id = $1 and kind = $2 and value_hash = $3',
    [draft.accountId, draft.recipient.kind, draft.recipientHash],
  );
  const wallet = await client.query<{ posted: string; held: string }>(
    'select posted, held from wallets where account_id = $1 and id = $2 for update',
    [draft.accountId, draft.walletId],
  );
  const balance = BigInt(wallet.rows[0]?.posted ?? 0) - BigInt(wallet.rows[0]?.held ?? 0);
  if (balance < price.cost) return answer('insufficient_balance', draft.id, balance);
  await client.query(
    'update wallets set held = held + $3, updated_at = now() where account_id = $1 and id = $2',
    [draft.accountId, draft.walletId, price.cost],
  );
  await client.query(
    `insert into orders (account_id, id, client_id, dialect, wallet_id, recipient_id, product_id, operator_id, country,
       amount_mode, send_amount, currency, receive_amount, receive_currency, fx_rate, discount, commission, fee, tax,
       cost, pricing, balance_before, balance_after, deadline_at, created_at, private)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
       now() + make_interval(secs => $24), now(), $25)`,
    [
      draft.accountId,
      draft.id,
      draft.clientId,
      draft.dialect,
      draft.walletId,
      recipient.rows[0]?.id,
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
      balance,
      balance - price.cost,
      draft.deadlineSeconds ?? null,
      draft.privateSealed,
    ],
  );
  await client.query(
    `insert into order_progress (account_id, order_id, state, hold, hold_wallet_id, hold_amount, attempt, event_seq, next_wakeup)
     values ($1, $2, 'ACCEPTED', 'ACTIVE', $3, $4, 1, 1, now() + ${LEASE})`,
    [draft.accountId, draft.id, draft.walletId, price.cost],
  );
  await client.query(
    `insert into attempts (account_id, order_id, number, provider_id, sku, epoch, instruction_hash, provider_cost,
       provider_cost_wallet, state, created_at)
     values ($1, $2, 1, $3, $4, 1, $5, $6, $7, 'READY', now())`,
    [
      draft.accountId,
      draft.id,
      draft.attempt.provider,
      draft.attempt.sku,
      draft.attempt.instructionHash,
      draft.attempt.providerCost,
      draft.attempt.providerCostWallet,
    ],
  );
  const counter = await client.query<{ last_id: string }>(
    'update event_counter set last_id = last_id + 1 returning last_id',
  );
  await client.query(
    "insert into events (id, account_id, order_id, seq, type, body, at) values ($1, $2, $3, 1, 'order.accepted', '{}', now())",
    [counter.rows[0]?.last_id, draft.accountId, draft.id],
  );
  return answer('accepted', draft.id, balance);
}
