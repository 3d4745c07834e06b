-- Applies a batch of steps that the pure core has decided, one transaction for all: evidence, attempt, progress,
-- the next attempt, hold, transfers, adjustment, voucher, review case, event. A step whose fence is stale changes
-- nothing. Locks: progress rows in order, wallets in id order (move_money), event counter.
--
-- Steps are arrays `p_*`; what a step may have several of comes flat with the step's number (from 1): evidence
-- `e_*` and transfers `t_*`. `p_state` null keeps the order's state, `p_attempt_state` null the attempt's.
create or replace function toprail.advance_orders(
  p_account bigint[], p_order bigint[], p_fence integer[],
  p_attempt smallint[], p_attempt_state text[], p_state text[], p_wakeup_seconds double precision[],
  p_failure text[], p_delivered bigint[], p_provider_reference text[],
  p_next_provider text[], p_next_sku text[], p_next_instruction uuid[], p_next_cost bigint[], p_next_cost_wallet bigint[],
  p_next_epoch integer[], p_voucher bytea[], p_case_open text[], p_case_close boolean[],
  p_event text[], p_event_body text[],
  p_adjustment bigint[], p_adjustment_cause text[], p_adjustment_amount bigint[], p_adjustment_currency text[],
  e_step integer[], e_attempt smallint[], e_source text[], e_verdict text[], e_code text[], e_provider_reference text[],
  e_delivered bigint[], e_hash bytea[], e_at_ms bigint[],
  t_step integer[], t_source bigint[], t_kind text[], t_seq smallint[], t_debit text[], t_credit text[],
  t_amount bigint[], t_currency text[]
) returns table (applied boolean[], fences integer[], at timestamptz)
language plpgsql security definer set search_path = toprail, pg_temp set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_now timestamptz := toprail.now();
  v_count integer := cardinality(p_order);
  v_applied boolean[] := array_fill(false, array[v_count]);
  v_fence integer[] := array_fill(null::integer, array[v_count]);
  v_seq integer[] := array_fill(null::integer, array[v_count]);
  v_wallet bigint[] := array_fill(null::bigint, array[v_count]);
  v_amount bigint[] := array_fill(null::bigint, array[v_count]);
  v_blocked boolean := (select sending_blocked from installation);
  v_terminal text[] := array['DELIVERED', 'FAILED', 'CANCELLED'];
  v_row record;
  v_hold_wallet bigint[];
  v_hold_amount bigint[];
begin
  for v_row in
    select s.ord::integer as ord, p.fence, p.event_seq, p.hold_wallet_id, p.hold_amount
    from (select distinct on (u.order_id) u.order_id, u.account_id, u.fence, u.state, u.attempt_state, u.adjustment,
          u.cause, u.ord
        from unnest(p_order, p_account, p_fence, p_state, p_attempt_state, p_adjustment, p_adjustment_cause)
          with ordinality as u(order_id, account_id, fence, state, attempt_state, adjustment, cause, ord)
        order by u.order_id, u.ord) as s
    join order_progress p on p.order_id = s.order_id and p.account_id = s.account_id
    where p.fence = s.fence
      -- What has ended never changes; only evidence and adjustments follow, each cause once.
      and (s.state is null or p.state <> all (v_terminal))
      -- While sending is blocked (after a restore), nothing becomes SENDING.
      and (s.attempt_state is distinct from 'SENDING' or not v_blocked)
      and (s.adjustment is null or not exists (select 1 from adjustments a
        where a.account_id = s.account_id and a.order_id = s.order_id and a.cause = s.cause))
    order by s.order_id for update of p
  loop
    v_applied[v_row.ord] := true;
    v_fence[v_row.ord] := v_row.fence + 1;
    v_seq[v_row.ord] := v_row.event_seq + case when p_event[v_row.ord] is null then 0 else 1 end;
    v_wallet[v_row.ord] := v_row.hold_wallet_id;
    v_amount[v_row.ord] := v_row.hold_amount;
  end loop;

  insert into evidence (account_id, order_id, attempt, seq, source, verdict, code, provider_reference,
      delivered_amount, raw_hash, received_at)
    select p_account[e.step], p_order[e.step], e.attempt, v_fence[e.step] * 16 + e.ord, e.source, e.verdict, e.code,
      e.provider_reference, e.delivered, e.hash,
      -- When it was said, which may be before it could be written; never after.
      least(v_now, coalesce(to_timestamp(e.at_ms / 1000.0), v_now))
    from (select u.*, row_number() over (partition by u.step order by u.n) as ord
      from unnest(e_step, e_attempt, e_source, e_verdict, e_code, e_provider_reference, e_delivered, e_hash,
        e_at_ms)
        with ordinality as u(step, attempt, source, verdict, code, provider_reference, delivered, hash, at_ms, n)) as e
    where v_applied[e.step];

  update attempts a set state = s.attempt_state,
      -- What may have been sent by somebody else, before a restore, counts from now.
      sent_at = case when s.attempt_state = 'SENDING' then v_now
        when s.attempt_state = 'UNKNOWN' then coalesce(a.sent_at, v_now) else a.sent_at end
    from unnest(p_order, p_account, p_attempt, p_attempt_state, v_applied)
      as s(order_id, account_id, attempt, attempt_state, applied)
    where s.applied and s.attempt_state is not null
      and a.order_id = s.order_id and a.account_id = s.account_id and a.number = s.attempt
      and a.state not in ('CONFIRMED', 'REFUSED');
  insert into attempts (account_id, order_id, number, provider_id, sku, epoch, instruction_hash, provider_cost,
      provider_cost_wallet, state, created_at)
    select s.account_id, s.order_id, s.attempt + 1, s.provider, s.sku, s.epoch, s.instruction, s.cost, s.cost_wallet,
      'READY', v_now
    from unnest(p_account, p_order, p_attempt, p_next_provider, p_next_sku, p_next_instruction, p_next_cost,
        p_next_cost_wallet, p_next_epoch, v_applied)
      as s(account_id, order_id, attempt, provider, sku, instruction, cost, cost_wallet, epoch, applied)
    where s.applied and s.provider is not null;

  update order_progress p set
      state = coalesce(s.state, p.state),
      hold = case s.state when 'DELIVERED' then 'CAPTURED' when 'FAILED' then 'RELEASED' when 'CANCELLED' then 'RELEASED'
        else p.hold end,
      attempt = case when s.next_provider is null then p.attempt else s.attempt + 1 end,
      fence = s.fence, event_seq = s.seq,
      doubt_since = case when s.state in ('IN_DOUBT', 'REVIEW') then coalesce(p.doubt_since, v_now)
        when s.state = 'DISPATCHING' then null else p.doubt_since end,
      next_wakeup = case when coalesce(s.state, p.state) = any (v_terminal) then null
        when s.wakeup is null then p.next_wakeup else v_now + make_interval(secs => s.wakeup) end,
      failure_code = case when s.state is null then p.failure_code else s.failure end,
      delivered_amount = case when s.state is null then p.delivered_amount else s.delivered end,
      provider_reference = coalesce(s.provider_reference, p.provider_reference),
      completed_at = case when s.state = any (v_terminal) then v_now else p.completed_at end,
      delayed_at = case when s.event = 'order.delayed' then v_now else p.delayed_at end
    from unnest(p_order, p_account, p_attempt, p_state, p_wakeup_seconds, p_failure, p_delivered,
        p_provider_reference, p_next_provider, p_event, v_fence, v_seq, v_applied)
      as s(order_id, account_id, attempt, state, wakeup, failure, delivered, provider_reference, next_provider,
        event, fence, seq, applied)
    where s.applied and p.order_id = s.order_id and p.account_id = s.account_id;

  insert into vouchers (account_id, order_id, sealed)
    select s.account_id, s.order_id, s.sealed from unnest(p_account, p_order, p_voucher, v_applied)
      as s(account_id, order_id, sealed, applied) where s.applied and s.sealed is not null on conflict do nothing;
  insert into review_cases (account_id, order_id, reason, opened_at)
    select s.account_id, s.order_id, s.reason, v_now from unnest(p_account, p_order, p_case_open, v_applied)
      as s(account_id, order_id, reason, applied) where s.applied and s.reason is not null on conflict do nothing;
  update review_cases c set closed_at = v_now
    from unnest(p_account, p_order, p_case_close, v_applied) as s(account_id, order_id, close, applied)
    where s.applied and s.close and c.account_id = s.account_id and c.order_id = s.order_id and c.closed_at is null;
  insert into adjustments (account_id, id, order_id, cause, amount, currency, created_at)
    select s.account_id, s.id, s.order_id, s.cause, s.amount, s.currency, v_now
    from unnest(p_account, p_adjustment, p_order, p_adjustment_cause, p_adjustment_amount, p_adjustment_currency, v_applied)
      as s(account_id, id, order_id, cause, amount, currency, applied) where s.applied and s.id is not null;

  select array_agg(s.wallet_id order by s.ord), array_agg(s.amount order by s.ord) into v_hold_wallet, v_hold_amount
    from unnest(v_wallet, v_amount, p_state, v_applied) with ordinality as s(wallet_id, amount, state, applied, ord)
    where s.applied and s.state = any (v_terminal);
  -- What is captured is the hold, to the minor unit.
  if exists (select 1
      from unnest(v_amount, p_state, v_applied) with ordinality as s(amount, state, applied, ord)
      where s.applied and s.state = 'DELIVERED' and s.amount is distinct from (
        select sum(t.amount) from unnest(t_step, t_kind, t_amount) as t(step, kind, amount)
        where t.step = s.ord and t.kind = 'capture')) then
    raise exception 'a capture differs from its hold' using errcode = 'TR002';
  end if;
  if v_hold_wallet is not null or exists (select 1 from unnest(t_step) as t(step) where v_applied[t.step]) then
    perform move_money(m.accounts, m.sources, m.kinds, m.seqs, m.debits, m.credits, m.amounts, m.currencies, m.wallets,
        coalesce(v_hold_wallet, array[]::bigint[]), coalesce(v_hold_amount, array[]::bigint[]), v_now)
      from (
        select coalesce(array_agg(p_account[t.step] order by t.n), '{}') as accounts,
          coalesce(array_agg(t.source order by t.n), '{}') as sources,
          coalesce(array_agg(t.kind order by t.n), '{}') as kinds, coalesce(array_agg(t.seq order by t.n), '{}') as seqs,
          coalesce(array_agg(t.debit order by t.n), '{}') as debits,
          coalesce(array_agg(t.credit order by t.n), '{}') as credits,
          coalesce(array_agg(t.amount order by t.n), '{}') as amounts,
          coalesce(array_agg(t.currency order by t.n), '{}') as currencies,
          coalesce(array_agg(case when t.debit = 'wallet' or t.credit = 'wallet' then v_wallet[t.step] end order by t.n), '{}')
            as wallets
        from unnest(t_step, t_source, t_kind, t_seq, t_debit, t_credit, t_amount, t_currency)
          with ordinality as t(step, source, kind, seq, debit, credit, amount, currency, n)
        where v_applied[t.step]
      ) as m;
  end if;

  perform append_events(e.accounts, e.orders, e.seqs, e.types, e.bodies, v_now)
    from (
      select array_agg(s.account_id order by s.ord) as accounts, array_agg(s.order_id order by s.ord) as orders,
        array_agg(s.seq order by s.ord) as seqs, array_agg(s.type order by s.ord) as types,
        array_agg(s.body order by s.ord) as bodies
      from unnest(p_account, p_order, v_seq, p_event, p_event_body, v_applied)
        with ordinality as s(account_id, order_id, seq, type, body, applied, ord)
      where s.applied and s.type is not null
    ) as e where e.orders is not null;

  return query select v_applied, v_fence, v_now;
end $$;
