-- Accepts a batch of drafts in one transaction: references, recipients, wallet check in order, hold, order,
-- attempt, event. Each draft is accepted or declined on its own; a declined one leaves nothing behind.
-- Drafts come sorted by account and reference, so that batches in flight never wait for each other in a circle.
-- Locks: references, recipients, quotes and repeat guards in key order, wallets in id order, pricing terms in id
-- order, event counter.
--
-- Outcomes, one a draft: accepted; replayed (this very order has been placed before); reused (the reference
-- stands for another order); quote_expired, quote_used; recently_recharged (the account guards against repeats);
-- insufficient_balance; daily_count_reached, daily_amount_reached (limits of the wallet); wallet_not_found;
-- account_inactive. None is told where all are accepted.
-- A reference stands at most once in a batch (the caller sees to it), so that every draft decides for itself.
-- `p_retried` marks a batch whose first run may have committed, or may still: orders that are there are accepted, as
-- the first time told. While sending is blocked nothing is committed as SENDING, whatever the caller believed.
create or replace function toprail.accept_orders(
  p_retried boolean, p_lease_seconds double precision, p_terms_id uuid[], p_terms text[], p_epoch integer[],
  p_id bigint[], p_account bigint[], p_client text[], p_dialect text[], p_wallet bigint[],
  p_reference uuid[], p_fingerprint uuid[],
  p_recipient_kind text[], p_recipient_hash uuid[], p_recipient_sealed bytea[],
  p_product integer[], p_operator integer[], p_country text[], p_mode text[],
  p_send bigint[], p_currency text[], p_receive bigint[], p_receive_currency text[], p_rate numeric[],
  p_discount bigint[], p_commission bigint[], p_fee bigint[], p_tax bigint[], p_cost bigint[], p_pricing text[], p_order_terms uuid[],
  p_minimum bigint[], p_deadline_seconds integer[], p_private bytea[],
  p_provider text[], p_sku text[], p_instruction uuid[], p_provider_cost bigint[], p_provider_cost_wallet bigint[],
  p_send_now boolean[], p_quote bigint[]
) returns table (now_ms bigint, balance_before bigint[], outcome text[], order_id bigint[], accepted_at_ms bigint[], sending boolean[])
language plpgsql security definer set search_path = toprail, pg_temp set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_now timestamptz := toprail.now();
  v_now_ms bigint := floor(extract(epoch from v_now) * 1000);
  v_blocked boolean;
  v_count integer := cardinality(p_id);
  v_outcome text[] := array_fill(null::text, array[v_count]);
  v_order bigint[] := p_id;
  v_before bigint[] := array_fill(null::bigint, array[v_count]);
  v_at bigint[];
  v_send boolean[];
  v_recipient bigint[];
  v_wallet record;
  v_draft record;
  v_available bigint;
  v_today date := (v_now at time zone 'UTC')::date;
  v_day_orders integer;
  v_day_amount bigint;
  v_guarded boolean;
  -- Of the wallets that hold more than before, in the order of their ids.
  v_held_wallets bigint[] := '{}';
  v_held bigint[] := '{}';
  v_held_orders integer[] := '{}';
  v_held_amounts bigint[] := '{}';
begin
  select sending_blocked into v_blocked from installation;
  v_send := case when v_blocked then array_fill(false, array[v_count]) else p_send_now end;

  insert into order_references (account_id, reference_hash, fingerprint, order_id)
    select d.account_id, d.reference, d.fingerprint, d.id
    from unnest(p_account, p_reference, p_fingerprint, p_id, v_outcome) as d(account_id, reference, fingerprint, id, outcome)
    where d.reference is not null and d.outcome is null
    order by d.account_id, d.reference
    on conflict do nothing;
  for v_draft in
    select d.ord::integer as ord, r.order_id, r.fingerprint = d.fingerprint as same, r.order_id < detached_before() as gone
    from unnest(p_account, p_reference, p_fingerprint, p_id)
      with ordinality as d(account_id, reference, fingerprint, id, ord)
    join order_references r on r.account_id = d.account_id and r.reference_hash = d.reference
    where r.order_id <> d.id
  loop
    v_outcome[v_draft.ord] := case when not v_draft.same then 'reused' when v_draft.gone then 'archived' else 'replayed' end;
    v_order[v_draft.ord] := v_draft.order_id;
  end loop;

  insert into recipients (account_id, id, kind, value_hash, value_sealed)
    select distinct on (d.account_id, d.kind, d.hash) d.account_id, d.id, d.kind, d.hash, d.sealed
    from unnest(p_account, p_id, p_recipient_kind, p_recipient_hash, p_recipient_sealed, v_outcome)
      as d(account_id, id, kind, hash, sealed, outcome)
    where d.outcome is null
    order by d.account_id, d.kind, d.hash
    on conflict do nothing;
  select array_agg(r.id order by d.ord) into v_recipient
    from unnest(p_account, p_recipient_kind, p_recipient_hash) with ordinality as d(account_id, kind, hash, ord)
    left join recipients r on r.account_id = d.account_id and r.kind = d.kind and r.value_hash = d.hash;

  -- The wallets first: whoever still commits the same drafts holds them, and is waited for.
  if p_retried then
    v_at := array_fill(v_now_ms, array[v_count]);
    perform 1 from wallets where id = any (p_wallet) order by id for update;
    for v_draft in
      select d.ord::integer as ord, o.balance_before, floor(extract(epoch from o.created_at) * 1000)::bigint as at_ms,
        t.state = 'SENDING' as sending
      from unnest(p_account, p_id) with ordinality as d(account_id, id, ord)
      join orders o on o.account_id = d.account_id and o.id = d.id
      join attempts t on t.account_id = o.account_id and t.order_id = o.id and t.number = 1
    loop
      v_outcome[v_draft.ord] := 'accepted';
      v_before[v_draft.ord] := v_draft.balance_before;
      v_at[v_draft.ord] := v_draft.at_ms;
      v_send[v_draft.ord] := v_draft.sending;
    end loop;
  end if;

  -- A quote is used once, and not after its time. Of two drafts with one quote the first has it.
  if exists (select from unnest(p_quote, v_outcome) as d(quote, outcome) where d.quote is not null and d.outcome is null) then
    perform 1 from quotes q
      where (q.account_id, q.id) in (select d.account_id, d.quote from unnest(p_account, p_quote) as d(account_id, quote)
        where d.quote is not null)
      order by q.account_id, q.id for update;
    for v_draft in
      select d.ord::integer as ord, q.order_id, q.expires_at > v_now as in_time,
        row_number() over (partition by d.account_id, d.quote order by d.ord) = 1 as first
      from unnest(p_account, p_quote, v_outcome) with ordinality as d(account_id, quote, outcome, ord)
      left join quotes q on q.account_id = d.account_id and q.id = d.quote
      where d.quote is not null and d.outcome is null
    loop
      if v_draft.order_id is not null or not v_draft.first then
        v_outcome[v_draft.ord] := 'quote_used';
      elsif v_draft.in_time is not true then
        v_outcome[v_draft.ord] := 'quote_expired';
      end if;
    end loop;
  end if;

  -- The same content again within the account's window, unless the order before has failed.
  select exists (select from accounts a where a.id = any (p_account) and a.repeat_window_seconds > 0) into v_guarded;
  if v_guarded then
    insert into recent_orders as r (account_id, fingerprint, order_id, at)
      select distinct on (d.account_id, d.fingerprint) d.account_id, d.fingerprint, d.id, v_now
      from unnest(p_account, p_fingerprint, p_id, v_outcome) with ordinality as d(account_id, fingerprint, id, outcome, ord)
      join accounts a on a.id = d.account_id and a.repeat_window_seconds > 0
      where d.outcome is null
      order by d.account_id, d.fingerprint, d.ord
      on conflict (account_id, fingerprint) do update set order_id = excluded.order_id, at = excluded.at
        where r.at + make_interval(secs => (select a.repeat_window_seconds from accounts a where a.id = r.account_id)) <= v_now
          or exists (select from order_progress p where p.account_id = r.account_id and p.order_id = r.order_id
            and p.state in ('FAILED', 'CANCELLED'));
    for v_draft in
      select d.ord::integer as ord
      from unnest(p_account, p_fingerprint, p_id, v_outcome) with ordinality as d(account_id, fingerprint, id, outcome, ord)
      join accounts a on a.id = d.account_id and a.repeat_window_seconds > 0
      join recent_orders r on r.account_id = d.account_id and r.fingerprint = d.fingerprint
      where d.outcome is null and r.order_id <> d.id
    loop
      v_outcome[v_draft.ord] := 'recently_recharged';
    end loop;
  end if;

  -- Wallets, each locked once. When the whole sum fits, all are taken; otherwise they are decided in order.
  for v_wallet in
    with wanted as (
      select d.wallet_id, sum(d.cost) as cost, array_agg(d.ord::integer order by d.ord) as drafts
      from unnest(p_wallet, p_cost, v_outcome) with ordinality as d(wallet_id, cost, outcome, ord)
      where d.outcome is null group by d.wallet_id
    ), locked as (
      select w.id, w.account_id, w.currency, w.posted - w.held + w.credit_limit as spendable, w.credit_limit,
        w.day_orders_max, w.day_amount_max, case when w.day = v_today then w.day_orders else 0 end as day_orders,
        case when w.day = v_today then w.day_amount else 0 end as day_amount
      from wallets w where w.id in (select wallet_id from wanted) order by w.id for update
    )
    select n.wallet_id, n.cost, n.drafts, l.id is not null as found, l.account_id, l.currency, l.spendable,
      l.credit_limit, a.status = 'active' as active, l.day_orders_max, l.day_amount_max, l.day_orders, l.day_amount
    from wanted n left join locked l on l.id = n.wallet_id left join accounts a on a.id = l.account_id
    order by n.wallet_id
  loop
    v_available := v_wallet.spendable - v_wallet.credit_limit;
    v_day_orders := v_wallet.day_orders;
    v_day_amount := v_wallet.day_amount;
    for v_i in 1 .. cardinality(v_wallet.drafts) loop
      declare
        v_ord integer := v_wallet.drafts[v_i];
      begin
        if not v_wallet.found or v_wallet.account_id <> p_account[v_ord] or v_wallet.currency <> p_currency[v_ord] then
          v_outcome[v_ord] := 'wallet_not_found';
        elsif not v_wallet.active then
          v_outcome[v_ord] := 'account_inactive';
        elsif v_available + v_wallet.credit_limit < p_cost[v_ord] then
          v_outcome[v_ord] := 'insufficient_balance';
          v_before[v_ord] := v_available;
        elsif v_day_orders >= v_wallet.day_orders_max then
          v_outcome[v_ord] := 'daily_count_reached';
        elsif v_day_amount + p_cost[v_ord] > v_wallet.day_amount_max then
          v_outcome[v_ord] := 'daily_amount_reached';
        else
          v_before[v_ord] := v_available;
          v_available := v_available - p_cost[v_ord];
          v_day_orders := v_day_orders + 1;
          v_day_amount := v_day_amount + p_cost[v_ord];
        end if;
      end;
    end loop;
    if v_wallet.spendable - v_wallet.credit_limit <> v_available then
      v_held_wallets := v_held_wallets || v_wallet.wallet_id;
      v_held := v_held || (v_wallet.spendable - v_wallet.credit_limit - v_available);
      v_held_orders := v_held_orders || v_day_orders;
      v_held_amounts := v_held_amounts || v_day_amount;
    end if;
  end loop;
  update wallets w set held = w.held + h.amount, updated_at = v_now,
      day = v_today, day_orders = h.day_orders, day_amount = h.day_amount
    from unnest(v_held_wallets, v_held, v_held_orders, v_held_amounts) as h(wallet_id, amount, day_orders, day_amount)
    where w.id = h.wallet_id;

  -- What prices are made of, each once, under a name made of its content: whoever else writes one writes the same.
  insert into pricing_terms (id, terms)
    select t.id, t.terms::jsonb from unnest(p_terms_id, p_terms) as t(id, terms)
    where t.id in (select d.terms_id from unnest(p_order_terms, v_outcome) as d(terms_id, outcome) where d.outcome is null)
    order by t.id on conflict do nothing;
  insert into orders (account_id, id, client_id, dialect, wallet_id, recipient_id, product_id, operator_id, country,
      amount_mode, send_amount, currency, receive_amount, receive_currency, fx_rate, discount, commission, fee, tax,
      cost, pricing, terms_id, balance_before, balance_after, minimum_receive, deadline_at, created_at, private)
    select d.account_id, d.id, d.client_id, d.dialect, d.wallet_id, d.recipient_id, d.product_id, d.operator_id,
      d.country, d.mode, d.send, d.currency, d.receive, d.receive_currency, d.rate, d.discount, d.commission, d.fee,
      d.tax, d.cost, d.pricing::jsonb, d.terms_id, d.before, d.before - d.cost, d.minimum,
      v_now + make_interval(secs => d.deadline_seconds), v_now, d.private
    from unnest(p_account, p_id, p_client, p_dialect, p_wallet, v_recipient, p_product, p_operator, p_country, p_mode,
        p_send, p_currency, p_receive, p_receive_currency, p_rate, p_discount, p_commission, p_fee, p_tax, p_cost,
        p_pricing, p_order_terms, v_before, p_minimum, p_deadline_seconds, p_private, v_outcome)
      as d(account_id, id, client_id, dialect, wallet_id, recipient_id, product_id, operator_id, country, mode, send,
        currency, receive, receive_currency, rate, discount, commission, fee, tax, cost, pricing, terms_id, before, minimum,
        deadline_seconds, private, outcome)
    where d.outcome is null;
  insert into order_progress (account_id, order_id, state, hold, hold_wallet_id, hold_amount, attempt, event_seq,
      next_wakeup)
    select d.account_id, d.id, case when d.send_now then 'DISPATCHING' else 'ACCEPTED' end, 'ACTIVE', d.wallet_id,
      d.cost, 1, 1, v_now + make_interval(secs => case when d.send_now then p_lease_seconds else 0 end)
    from unnest(p_account, p_id, p_wallet, p_cost, v_send, v_outcome)
      as d(account_id, id, wallet_id, cost, send_now, outcome)
    where d.outcome is null;
  insert into attempts (account_id, order_id, number, provider_id, sku, epoch, instruction_hash, provider_cost,
      provider_cost_wallet, state, created_at, sent_at)
    select d.account_id, d.id, 1, d.provider, d.sku, d.epoch, d.instruction, d.provider_cost, d.provider_cost_wallet,
      case when d.send_now then 'SENDING' else 'READY' end, v_now, case when d.send_now then v_now end
    from unnest(p_account, p_id, p_provider, p_sku, p_instruction, p_provider_cost, p_provider_cost_wallet, v_send,
        v_outcome, p_epoch) as d(account_id, id, provider, sku, instruction, provider_cost, provider_cost_wallet, send_now, outcome, epoch)
    where d.outcome is null;

  update quotes q set order_id = d.id
    from unnest(p_account, p_quote, p_id, v_outcome) as d(account_id, quote, id, outcome)
    where d.outcome is null and d.quote is not null and q.account_id = d.account_id and q.id = d.quote;

  -- A declined draft leaves nothing behind.
  if exists (select 1 from unnest(v_outcome) as o(outcome) where o.outcome not in ('accepted', 'replayed', 'reused')) then
    -- Late: the caller gave this run up, and its second run has placed these orders. Nothing of theirs is taken back.
    if not p_retried and exists (select 1 from unnest(p_account, p_id, v_outcome) as d(account_id, id, outcome)
        join orders o on o.account_id = d.account_id and o.id = d.id
        where d.outcome not in ('accepted', 'replayed', 'reused')) then
      raise exception 'an order of this batch is there already' using errcode = 'unique_violation';
    end if;
    if v_guarded then
      delete from recent_orders r
        using unnest(p_account, p_fingerprint, p_id, v_outcome) as d(account_id, fingerprint, id, outcome)
        where d.outcome not in ('accepted', 'replayed', 'reused')
          and r.account_id = d.account_id and r.fingerprint = d.fingerprint and r.order_id = d.id;
    end if;
    delete from order_references r
      using unnest(p_account, p_reference, p_id, v_outcome) as d(account_id, reference, id, outcome)
      where d.outcome not in ('accepted', 'replayed', 'reused')
        and r.account_id = d.account_id and r.reference_hash = d.reference and r.order_id = d.id;
    delete from recipients r
      using unnest(p_account, p_id) as d(account_id, id)
      where r.account_id = d.account_id and r.id = d.id
        and not exists (select 1 from unnest(p_account, v_recipient, v_outcome) as k(account_id, recipient_id, outcome)
          where coalesce(k.outcome, 'accepted') = 'accepted' and k.account_id = r.account_id and k.recipient_id = r.id);
  end if;

  perform append_events(e.account_ids, e.order_ids, e.seqs, e.types, e.bodies, v_now)
    from (
      select array_agg(d.account_id order by d.id) as account_ids, array_agg(d.id order by d.id) as order_ids,
        array_agg(1 order by d.id) as seqs, array_agg('order.accepted'::text order by d.id) as types,
        array_agg(case when d.send_now then '{"state":"DISPATCHING"}' else '{"state":"ACCEPTED"}' end order by d.id) as bodies
      from unnest(p_account, p_id, v_send, v_outcome) as d(account_id, id, send_now, outcome)
      where d.outcome is null
    ) as e where e.order_ids is not null;

  if cardinality(array_remove(v_outcome, null)) = 0 then
    return query select v_now_ms, v_before, null::text[], null::bigint[], null::bigint[], case when v_blocked then v_send end;
  else
    return query select v_now_ms, v_before, array_replace(v_outcome, null, 'accepted'), v_order, v_at, v_send;
  end if;
end $$;
