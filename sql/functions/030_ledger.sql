-- The only SQL that moves money, for the engine's own functions: without rights of its own, so nobody else can call it
-- with effect. Transfers come as arrays, in the order in which they post; holds that end with
-- them are given as (wallet, amount). Wallets are locked in id order and updated once each.
create or replace function toprail.move_money(
  p_account bigint[], p_source bigint[], p_kind text[], p_seq smallint[], p_debit text[], p_credit text[],
  p_amount bigint[], p_currency text[], p_wallet bigint[],
  p_hold_wallet bigint[], p_hold_amount bigint[], p_at timestamptz
) returns void
language plpgsql as $$
#variable_conflict use_column
declare
  v_expected integer;
  v_updated integer;
begin
  perform 1 from wallets
    where id = any (p_wallet) or id = any (p_hold_wallet) order by id for update;

  insert into transfers (account_id, source_id, kind, seq, debit, credit, amount, currency, wallet_id,
      wallet_entry, wallet_posted_after, created_at)
    select t.account_id, t.source_id, t.kind, t.seq, t.debit, t.credit, t.amount, t.currency, t.wallet_id,
      case when t.wallet_id is not null then w.entries + row_number() over (partition by t.wallet_id order by t.ord) end,
      w.posted + sum(case when t.wallet_id is null then 0 when t.credit = 'wallet' then t.amount else -t.amount end)
        over (partition by t.wallet_id order by t.ord), p_at
    from unnest(p_account, p_source, p_kind, p_seq, p_debit, p_credit, p_amount, p_currency, p_wallet)
      with ordinality as t(account_id, source_id, kind, seq, debit, credit, amount, currency, wallet_id, ord)
    left join wallets w on w.id = t.wallet_id and w.account_id = t.account_id and w.currency = t.currency;

  with moves as (
    select wallet_id, sum(posted) as posted, sum(released) as released, sum(entries) as entries
    from (
      select t.wallet_id, case when t.credit = 'wallet' then t.amount else -t.amount end as posted, 0 as released, 1 as entries
        from unnest(p_wallet, p_credit, p_amount) as t(wallet_id, credit, amount) where t.wallet_id is not null
      union all
      select h.wallet_id, 0, h.amount, 0 from unnest(p_hold_wallet, p_hold_amount) as h(wallet_id, amount)
    ) as legs group by wallet_id
  ), updated as (
    update wallets w set posted = w.posted + m.posted, held = w.held - m.released,
        entries = w.entries + m.entries, updated_at = p_at
    from moves m where w.id = m.wallet_id returning 1
  )
  select (select count(*) from updated), (select count(*) from moves) into v_updated, v_expected;
  if v_updated <> v_expected then
    raise exception 'money for a wallet that does not exist' using errcode = 'TR001';
  end if;
end $$;

revoke execute on function toprail.move_money from public;

-- Puts money into a wallet from outside (or takes it out, with the legs swapped). Once per key; the same key
-- with other content is refused. Returns the source, and whether it was there already.
create or replace function toprail.fund_wallet(
  p_account bigint, p_wallet bigint, p_source bigint, p_amount bigint, p_key uuid, p_fingerprint uuid,
  p_reason text, p_actor text
) returns table (outcome text, source_id bigint, posted bigint)
language plpgsql security definer set search_path = toprail, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  v_now timestamptz := toprail.now();
  v_known money_requests;
  v_currency text;
begin
  insert into money_requests (account_id, key_hash, fingerprint, source_id, reason, actor, created_at)
    values (p_account, p_key, p_fingerprint, p_source, p_reason, p_actor, v_now) on conflict do nothing;
  if not found then
    select * into v_known from money_requests m where m.account_id = p_account and m.key_hash = p_key;
    return query select case when v_known.fingerprint = p_fingerprint then 'replayed' else 'reused' end,
      v_known.source_id, w.posted from wallets w where w.account_id = p_account and w.id = p_wallet;
    return;
  end if;
  select w.currency into v_currency from wallets w where w.account_id = p_account and w.id = p_wallet for update;
  if v_currency is null then
    raise exception 'no such wallet' using errcode = 'TR001';
  end if;
  perform move_money(array[p_account], array[p_source], array['funding'], array[0::smallint],
    array[case when p_amount > 0 then 'clearing' else 'wallet' end],
    array[case when p_amount > 0 then 'wallet' else 'clearing' end],
    array[abs(p_amount)], array[v_currency], array[p_wallet], array[]::bigint[], array[]::bigint[], v_now);
  perform append_events(array[p_account], array[null::bigint], array[null::integer], array['wallet.funded'],
    array[json_build_object('wallet', p_wallet, 'amount', p_amount::text, 'currency', v_currency)::text], v_now);
  return query select 'funded', p_source, w.posted from wallets w where w.account_id = p_account and w.id = p_wallet;
end $$;
