-- Claims orders whose wake-up is due: each claim is a lease by the database's clock and raises the fence, so a
-- process that was paused since cannot write any more.
create or replace function toprail.claim_due_orders(p_limit integer, p_lease_seconds double precision)
returns setof bigint
language sql security definer set search_path = toprail, pg_temp as $$
  with due as (
    select order_id, account_id from order_progress where next_wakeup <= toprail.now()
    order by next_wakeup limit p_limit for update skip locked
  )
  update order_progress p set next_wakeup = toprail.now() + make_interval(secs => p_lease_seconds), fence = p.fence + 1
  from due d where p.order_id = d.order_id and p.account_id = d.account_id
  returning p.order_id
$$;

-- Seconds until the next order or callback is due; null when nothing waits.
create or replace function toprail.next_due_seconds() returns double precision
language sql security definer set search_path = toprail, pg_temp as $$
  select extract(epoch from least(
    (select min(next_wakeup) from order_progress where next_wakeup is not null),
    (select min(next_wakeup) from callback_inbox where next_wakeup is not null)) - toprail.now())::double precision
$$;

-- Everything about some orders, as the engine needs it to decide: one JSON text an order, amounts as strings. To plan it
-- costs five times as much as to run it: one plan for all calls.
create or replace function toprail.load_orders(p_ids bigint[]) returns setof text
language plpgsql stable security definer set search_path = toprail, pg_temp set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  return query select json_build_object(
    'order', to_jsonb(o) - 'private' - 'terms_id' || jsonb_build_object(
      'id', o.id::text, 'send_amount', o.send_amount::text, 'receive_amount', o.receive_amount::text,
      'cost', o.cost::text, 'discount', o.discount::text, 'commission', o.commission::text, 'fee', o.fee::text,
      'tax', o.tax::text, 'balance_before', o.balance_before::text, 'balance_after', o.balance_after::text,
      'minimum_receive', o.minimum_receive::text, 'fx_rate', o.fx_rate::text,
      'pricing', s.terms || o.pricing, 'private', encode(o.private, 'base64'), 'environment', a.environment),
    'recipient', json_build_object('kind', r.kind, 'sealed', encode(r.value_sealed, 'base64')),
    'progress', to_jsonb(p) || jsonb_build_object('delivered_amount', p.delivered_amount::text,
      'hold_amount', p.hold_amount::text),
    'voucher', (select encode(v.sealed, 'base64') from vouchers v where v.account_id = o.account_id and v.order_id = o.id),
    'attempts', (select json_agg(to_jsonb(t) || jsonb_build_object('provider_cost', t.provider_cost::text,
        'provider_cost_wallet', t.provider_cost_wallet::text,
        'evidence', (select coalesce(json_agg(to_jsonb(e) - 'raw_hash' || jsonb_build_object('delivered_amount', e.delivered_amount::text)
            order by e.seq), '[]')
          from evidence e where e.order_id = t.order_id and e.attempt = t.number and e.account_id = t.account_id))
        order by t.number)
      from attempts t where t.order_id = o.id and t.account_id = o.account_id),
    'adjustments', (select coalesce(json_agg(to_jsonb(j) || jsonb_build_object('amount', j.amount::text, 'id', j.id::text)
        order by j.id), '[]')
      from adjustments j where j.account_id = o.account_id and j.order_id = o.id)
  )::text
  from order_progress p
  join orders o on o.account_id = p.account_id and o.id = p.order_id
  join pricing_terms s on s.id = o.terms_id
  join accounts a on a.id = o.account_id
  join recipients r on r.account_id = o.account_id and r.id = o.recipient_id
  where p.order_id = any (p_ids);
end $$;

-- Keeps a provider's callback: true when it is new. It is acted on from the inbox, never in the request.
create or replace function toprail.take_notice(
  p_provider text, p_notice text, p_epoch integer, p_order bigint, p_attempt smallint, p_verdict text, p_code text,
  p_provider_reference text, p_delivered bigint, p_hash bytea
) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
declare v_now timestamptz := toprail.now();
begin
  insert into callback_inbox (provider_id, notice, order_id, attempt, verdict, code, provider_reference,
      delivered_amount, raw_hash, received_at, next_wakeup)
    select p_provider, p_notice, p_order, p_attempt, p_verdict, p_code, p_provider_reference, p_delivered, p_hash, v_now, v_now
    where exists (select 1 from attempts a
      where a.order_id = p_order and a.number = p_attempt and a.provider_id = p_provider and a.epoch = p_epoch)
    on conflict do nothing;
  return found;
end $$;

create or replace function toprail.claim_due_notices(p_limit integer, p_lease_seconds double precision)
returns setof toprail.callback_inbox
language sql security definer set search_path = toprail, pg_temp as $$
  with due as (
    select provider_id, notice from callback_inbox where next_wakeup <= toprail.now()
    order by next_wakeup limit p_limit for update skip locked
  )
  update callback_inbox c set next_wakeup = toprail.now() + make_interval(secs => p_lease_seconds), tries = least(c.tries + 1, 30000)
  from due d where c.provider_id = d.provider_id and c.notice = d.notice
  returning c.*
$$;

-- The status query said nothing: the notice stays and is asked about again.
create or replace function toprail.postpone_notice(p_provider text, p_notice text, p_seconds double precision)
returns void
language sql security definer set search_path = toprail, pg_temp as $$
  update callback_inbox set next_wakeup = toprail.now() + make_interval(secs => p_seconds)
  where provider_id = p_provider and notice = p_notice
$$;

create or replace function toprail.finish_notice(p_provider text, p_notice text) returns void
language sql security definer set search_path = toprail, pg_temp as $$
  update callback_inbox set next_wakeup = null where provider_id = p_provider and notice = p_notice
$$;

-- A refusal that turned out to be a lie: the code leaves the provider's proven set, unless the record is pinned.
create or replace function toprail.withdraw_refusal_code(p_provider text, p_code text) returns boolean
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update providers set capability = capability #- array['refusedCodes', p_code]
    where id = p_provider and not capability_pinned and capability -> 'refusedCodes' ? p_code;
  return found;
end $$;
