-- A day's end. What resellers were owed by then reaches their wallets: one transfer an account and currency, from what
-- is owed to it, once a day. What was posted late is in the next one, because the balance is paid and not the day.
-- A balance below zero (refunds after a payment) waits for what is earned next. What the books have closed is read from
-- their sums.

-- Settles at most as many as there are ids (each is the source of a transfer). Returns how many; none are left when
-- that is less than the ids.
create or replace function toprail.settle_shares(p_day date, p_id bigint[]) returns integer
language plpgsql security definer set search_path = toprail, pg_temp as $$
#variable_conflict use_column
declare
  v_now timestamptz := toprail.now();
  v_end timestamptz := (p_day + 1)::timestamp at time zone 'UTC';
  v_due record;
  v_wallets bigint[];
begin
  if v_end > v_now then raise exception 'the day % is not over', p_day using errcode = 'TR003'; end if;
  if v_end < (select until from books_closed) then raise exception 'the books of the day % are closed', p_day using errcode = 'TR003'; end if;
  perform pg_advisory_xact_lock(hashtext('toprail.settle_shares'));
  select array_agg(d.account_id order by d.account_id, d.currency) as accounts, array_agg(d.currency order by d.account_id, d.currency) as currencies,
      array_agg(d.amount order by d.account_id, d.currency) as amounts, array_agg(p_id[d.n] order by d.account_id, d.currency) as ids
    into v_due
    from (
      select o.account_id, o.currency, o.amount, row_number() over (order by o.account_id, o.currency) as n
      from (
        select split_part(l.leg, ':', 2)::bigint as account_id, l.currency, sum(l.amount) as amount
        from (
          select c.credit as leg, c.currency, c.amount from closed_sums c where c.credit like 'share:%'
          union all
          select c.debit, c.currency, -c.amount from closed_sums c where c.debit like 'share:%'
          union all
          select t.credit, t.currency, t.amount from transfers t
          where t.credit like 'share:%' and t.created_at < v_end and t.source_id >= (select before_id from books_closed)
          union all
          select t.debit, t.currency, -t.amount from transfers t
          where t.debit like 'share:%' and t.source_id >= (select before_id from books_closed)
        ) l group by 1, 2
      ) o
      where o.amount > 0 and not exists (select from settlements s where s.kind = 'reseller_shares' and s.day = p_day
        and s.account_id = o.account_id and s.currency = o.currency)
    ) d where d.n <= cardinality(p_id);
  if v_due.accounts is null then return 0; end if;

  insert into wallets (account_id, currency) select d.account_id, d.currency
    from unnest(v_due.accounts, v_due.currencies) as d(account_id, currency) on conflict (account_id, currency) do nothing;
  select array_agg(w.id order by d.ord) into v_wallets
    from unnest(v_due.accounts, v_due.currencies) with ordinality as d(account_id, currency, ord)
    join wallets w on w.account_id = d.account_id and w.currency = d.currency;
  insert into settlements (account_id, id, kind, currency, day, amount, created_at)
    select d.account_id, d.id, 'reseller_shares', d.currency, p_day, d.amount, v_now
    from unnest(v_due.accounts, v_due.ids, v_due.currencies, v_due.amounts) as d(account_id, id, currency, amount);
  perform move_money(v_due.accounts, v_due.ids, array_fill('share_payout'::text, array[cardinality(v_due.ids)]),
    array_fill(0::smallint, array[cardinality(v_due.ids)]),
    (select array_agg('share:' || a.id order by a.ord) from unnest(v_due.accounts) with ordinality as a(id, ord)),
    array_fill('wallet'::text, array[cardinality(v_due.ids)]), v_due.amounts::bigint[], v_due.currencies, v_wallets,
    array[]::bigint[], array[]::bigint[], v_now);
  perform append_events(v_due.accounts, array_fill(null::bigint, array[cardinality(v_due.ids)]),
    array_fill(null::integer, array[cardinality(v_due.ids)]), array_fill('wallet.settled'::text, array[cardinality(v_due.ids)]),
    (select array_agg(json_build_object('wallet', d.wallet, 'amount', d.amount::text, 'currency', d.currency, 'day', p_day)::text order by d.ord)
      from unnest(v_wallets, v_due.amounts, v_due.currencies) with ordinality as d(wallet, amount, currency, ord)), v_now);
  return cardinality(v_due.ids);
end $$;

-- Pays the commissions of accounts that have a bank to pay to: what was credited for good (less what was taken back)
-- and not paid yet, as far as the wallet has it. Ids and results as above.
create or replace function toprail.settle_commissions(p_day date, p_id bigint[]) returns integer
language plpgsql security definer set search_path = toprail, pg_temp as $$
#variable_conflict use_column
declare
  v_now timestamptz := toprail.now();
  v_end timestamptz := (p_day + 1)::timestamp at time zone 'UTC';
  v_due record;
begin
  if v_end > v_now then raise exception 'the day % is not over', p_day using errcode = 'TR003'; end if;
  if v_end < (select until from books_closed) then raise exception 'the books of the day % are closed', p_day using errcode = 'TR003'; end if;
  perform pg_advisory_xact_lock(hashtext('toprail.settle_commissions'));
  perform 1 from wallets w join payout_destinations d on d.account_id = w.account_id and d.currency = w.currency
    order by w.id for update of w;
  select array_agg(x.account_id order by x.wallet_id) as accounts, array_agg(x.wallet_id order by x.wallet_id) as wallets,
      array_agg(x.currency order by x.wallet_id) as currencies, array_agg(x.amount order by x.wallet_id) as amounts,
      array_agg(x.sealed order by x.wallet_id) as destinations, array_agg(p_id[x.n] order by x.wallet_id) as ids
    into v_due
    from (
      select w.account_id, w.id as wallet_id, w.currency, d.sealed, least(c.unpaid, w.posted - w.held) as amount,
        row_number() over (order by w.id) as n
      from payout_destinations d
      join wallets w on w.account_id = d.account_id and w.currency = d.currency
      cross join lateral (
        select sum(case when t.credit = 'wallet' then t.amount else -t.amount end) as unpaid
        from (
          select s.credit, s.amount from closed_sums s where s.account_id = w.account_id and s.currency = w.currency
            and s.kind in ('commission', 'commission_clawback', 'commission_payout')
          union all
          select t.credit, t.amount from transfers t where t.wallet_id = w.id and t.account_id = w.account_id
            and (t.kind in ('commission', 'commission_clawback') and t.created_at < v_end or t.kind = 'commission_payout')
            and t.source_id >= (select before_id from books_closed)
        ) t
      ) c
      where least(c.unpaid, w.posted - w.held) > 0
        and not exists (select from settlements s where s.kind = 'commissions' and s.day = p_day
          and s.account_id = w.account_id and s.currency = w.currency)
    ) x where x.n <= cardinality(p_id);
  if v_due.accounts is null then return 0; end if;

  insert into settlements (account_id, id, kind, currency, day, amount, destination, created_at)
    select d.account_id, d.id, 'commissions', d.currency, p_day, d.amount, d.destination, v_now
    from unnest(v_due.accounts, v_due.ids, v_due.currencies, v_due.amounts::bigint[], v_due.destinations)
      as d(account_id, id, currency, amount, destination);
  perform move_money(v_due.accounts, v_due.ids, array_fill('commission_payout'::text, array[cardinality(v_due.ids)]),
    array_fill(0::smallint, array[cardinality(v_due.ids)]), array_fill('wallet'::text, array[cardinality(v_due.ids)]),
    array_fill('clearing'::text, array[cardinality(v_due.ids)]), v_due.amounts::bigint[], v_due.currencies, v_due.wallets,
    array[]::bigint[], array[]::bigint[], v_now);
  perform append_events(v_due.accounts, array_fill(null::bigint, array[cardinality(v_due.ids)]),
    array_fill(null::integer, array[cardinality(v_due.ids)]), array_fill('wallet.settled'::text, array[cardinality(v_due.ids)]),
    (select array_agg(json_build_object('wallet', d.wallet, 'amount', (-d.amount)::text, 'currency', d.currency, 'day', p_day)::text order by d.ord)
      from unnest(v_due.wallets, v_due.amounts, v_due.currencies) with ordinality as d(wallet, amount, currency, ord)), v_now);
  return cardinality(v_due.ids);
end $$;

-- Without details the destination is removed.
create or replace function toprail.set_payout_destination(p_account bigint, p_currency text, p_sealed bytea) returns void
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  if not exists (select from accounts a where a.id = p_account) then
    raise exception 'there is no account acc_%', p_account using errcode = 'TR003';
  end if;
  delete from payout_destinations where account_id = p_account and currency = p_currency and p_sealed is null;
  insert into payout_destinations (account_id, currency, sealed) select p_account, p_currency, p_sealed where p_sealed is not null
    on conflict (account_id, currency) do update set sealed = excluded.sealed, created_at = toprail.now();
end $$;

create or replace function toprail.list_settlements(p_from date, p_to date) returns setof toprail.settlements
language sql stable security definer set search_path = toprail, pg_temp as $$
  select * from settlements where day between p_from and p_to order by day, kind, account_id, currency
$$;
