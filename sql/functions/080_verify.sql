-- The invariants of docs/ARCHITECTURE.md as queries: each returns how many rows break it, and a few of them. Run in
-- one repeatable-read snapshot. Samples hold ids only. Orders, attempts and wallets of all accounts are seen, but
-- nothing personal leaves.

-- Whether an id is one of those that are looked at: all of them, or what a sorted array has. A parameter that is null
-- is gone when the query is planned, so that looking at everything costs no more than without it. The span is for
-- indexes of block ranges.
create or replace function toprail.is_among(p_id bigint, p_ids bigint[]) returns boolean
language sql immutable parallel safe as $$
  select p_ids is null or (p_id between p_ids[1] and p_ids[cardinality(p_ids)] and p_id = any (p_ids))
$$;

-- What can be said of an order, an adjustment or whatever else moves money without looking at the others. They have
-- one generator of ids; null is all of them.
create or replace function toprail.verify_rows(p_ids bigint[])
returns table (name text, rule text, violations bigint, sample jsonb)
language plpgsql stable security definer set search_path = toprail, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
  v_gone bigint := detached_before(); -- what has an id below it is detached, and names of it name what is not there
begin
  return query select 'M1', 'each transfer has two different legs and moves something', count(*), jsonb_agg(t.source_id) filter (where t.n <= 5)
    from (select source_id, row_number() over () as n from transfers where is_among(source_id, p_ids) and (amount <= 0 or debit = credit)) t;

  return query select 'M4', 'each order has one hold: active while it lives, captured or released by its end', count(*), jsonb_agg(o.id) filter (where o.n <= 5)
    from (select coalesce(o.id, p.order_id) as id, row_number() over () as n from (select * from orders o where is_among(o.id, p_ids)) o
      full join (select * from order_progress p where is_among(p.order_id, p_ids)) p on p.order_id = o.id and p.account_id = o.account_id
      where p.order_id is null or o.id is null or p.hold_amount <> o.cost or p.hold_wallet_id <> o.wallet_id
        or p.hold <> case p.state when 'DELIVERED' then 'CAPTURED' when 'FAILED' then 'RELEASED' when 'CANCELLED' then 'RELEASED' else 'ACTIVE' end) o;

  return query select 'M4 capture', 'a captured order moved its cost out of its wallet once and its provider''s cost was posted; any other moved nothing', count(*), jsonb_agg(o.order_id) filter (where o.n <= 5)
    from (select p.order_id, row_number() over () as n from order_progress p
      left join transfers t on t.source_id = p.order_id and t.account_id = p.account_id and t.kind = 'capture'
      left join attempts a on a.order_id = p.order_id and a.account_id = p.account_id and a.state = 'CONFIRMED'
      left join transfers k on k.source_id = p.order_id and k.account_id = p.account_id and k.kind = 'cost'
      where is_among(p.order_id, p_ids) and ((p.hold = 'CAPTURED') <> (t.source_id is not null)
        or (t.source_id is not null and (t.amount <> p.hold_amount or t.wallet_id <> p.hold_wallet_id))
        or (p.hold = 'CAPTURED' and coalesce(k.amount, 0) <> coalesce(a.provider_cost, 0)))) o;

  return query select 'M4 shares', 'a captured order owes the accounts above it what its price says', count(*), jsonb_agg(o.order_id) filter (where o.n <= 5)
    from (select p.order_id, row_number() over () as n from order_progress p
      join orders o on o.id = p.order_id and o.account_id = p.account_id
      left join lateral (select string_agg(t.credit || '=' || t.amount, ',' order by t.seq) as owed from transfers t
        where t.source_id = p.order_id and t.account_id = p.account_id and t.kind = 'share') t on true
      where is_among(p.order_id, p_ids) and t.owed is distinct from case when p.hold = 'CAPTURED' then (
        select string_agg('share:' || (s.value ->> 'account') || '=' || (s.value ->> 'amount'), ',' order by s.ordinality)
        from jsonb_array_elements(o.pricing -> 'shares') with ordinality s where s.value ->> 'amount' <> '0') end) o;

  return query select 'M4 quotes', 'a quote that was used stands for one order, of its own price', count(*), jsonb_agg(q.id) filter (where q.n <= 5)
    from (select q.id, row_number() over () as n from quotes q
      left join orders o on o.account_id = q.account_id and o.id = q.order_id
      where q.order_id >= v_gone and is_among(q.order_id, p_ids) and (o.id is null or o.product_id <> q.product_id or o.currency <> q.wallet_currency
        or o.cost <> (q.price::jsonb -> 'cost' ->> 'minor')::bigint or o.created_at > q.expires_at)
      union all
      select min(q.id), row_number() over () from quotes q where q.order_id is not null and is_among(q.order_id, p_ids) group by q.account_id, q.order_id having count(*) > 1) q;

  return query select 'M5 disputes', 'a dispute that was refunded has its adjustment, and a refund of a dispute its decision', count(*), jsonb_agg(d.id) filter (where d.n <= 5)
    from (select d.id, row_number() over () as n from disputes d
      where is_among(d.order_id, p_ids) and d.state = 'refunded' and not exists (select from adjustments a where a.account_id = d.account_id
        and a.order_id = d.order_id and a.cause in ('DISPUTE_REFUND', 'OPERATOR_REVERSAL'))
      union all
      select a.id, row_number() over () from adjustments a where is_among(a.id, p_ids) and a.cause = 'DISPUTE_REFUND' and not exists (
        select from disputes d where d.account_id = a.account_id and d.order_id = a.order_id and d.decision = 'refund')) d;

  return query select 'M5', 'each transfer belongs to an order, a funding, an adjustment, a settlement or a plan, and each funding has its transfer', count(*), jsonb_agg(t.source_id) filter (where t.n <= 5)
    from (select u.source_id, row_number() over () as n from (
      select m.source_id from money_requests m where m.source_id >= v_gone and is_among(m.source_id, p_ids) and not exists (select 1 from transfers t
        where t.account_id = m.account_id and t.source_id = m.source_id and t.kind = 'funding')
      union all
      select t.source_id from transfers t
      where is_among(t.source_id, p_ids) and not exists (select 1 from orders o where o.account_id = t.account_id and o.id = t.source_id)
        and not exists (select 1 from money_requests m where m.account_id = t.account_id and m.source_id = t.source_id)
        and not exists (select 1 from adjustments a where a.account_id = t.account_id and a.id = t.source_id)
        and not exists (select 1 from settlements s where s.account_id = t.account_id and s.id = t.source_id)
        and not exists (select 1 from plan_changes c where c.account_id = t.account_id and c.id = t.source_id)) u) t;

  return query select 'M5 adjustments', 'an adjustment moved what it says, of an order that had it to give; less delivered than asked was adjusted', count(*), jsonb_agg(a.id) filter (where a.n <= 5)
    from (select a.id, row_number() over () as n from adjustments a
      left join (select source_id, account_id, sum(case when credit = 'wallet' then amount else -amount end) as gained
        from transfers where wallet_id is not null and is_among(source_id, p_ids) group by source_id, account_id) t on t.source_id = a.id and t.account_id = a.account_id
      where is_among(a.id, p_ids) and (a.id >= v_gone and a.amount <> coalesce(t.gained, 0)
        or a.order_id >= v_gone and not exists (select 1 from order_progress p where p.account_id = a.account_id and p.order_id = a.order_id
          and (p.state = 'DELIVERED' or a.cause = 'LATE_DELIVERY')))
      union all
      select p.order_id, row_number() over () from order_progress p
      join orders o on o.id = p.order_id and o.account_id = p.account_id
      where is_among(p.order_id, p_ids) and p.state = 'DELIVERED' and p.delivered_amount < o.receive_amount
        and not exists (select 1 from adjustments a where a.account_id = p.account_id and a.order_id = p.order_id
          and a.cause in ('PARTIAL', 'OPERATOR_REVERSAL'))) a;

  return query select 'M5 corrections', 'a correction is what two people decided, and nobody was given more back than was paid', count(*), jsonb_agg(c.order_id) filter (where c.n <= 5)
    from (select coalesce(a.order_id, d.order_id) as order_id, row_number() over () as n
      from (select * from adjustments where is_among(order_id, p_ids) and cause = 'CORRECTION') a
      full join (select * from review_decisions where is_among(order_id, p_ids) and outcome = 'corrected' and approved_by is not null and coalesce(ending, 'applied') = 'applied') d
        on d.account_id = a.account_id and d.order_id = a.order_id and d.amount = a.amount
      where (a.id is null and d.ending = 'applied') or d.id is null
      union all
      select s.order_id, row_number() over () from (
        select account_id, order_id, sum(amount) as gained from adjustments where is_among(order_id, p_ids) group by account_id, order_id) s
      join orders o on o.account_id = s.account_id and o.id = s.order_id
      where s.gained < 0 or s.gained > o.cost - o.commission) c;

  return query select 'M6', 'cost = send - discount + fee + tax; what rounding left out is at most half a minor unit; the terms are known', count(*), jsonb_agg(o.id) filter (where o.n <= 5)
    from (select o.id, row_number() over () as n from orders o
      where is_among(o.id, p_ids) and (o.cost <> o.send_amount - o.discount + o.fee + o.tax or o.balance_after <> o.balance_before - o.cost
        or not exists (select from pricing_terms s where s.id = o.terms_id)
        or exists (select 1 from jsonb_each_text(o.pricing -> 'rounding') r
          where abs(split_part(r.value, '/', 1)::numeric) * 2 > split_part(r.value, '/', 2)::numeric))) o;

  return query select 'D1', 'an order has at most one live and one confirmed attempt, numbered without gaps up to its last', count(*), jsonb_agg(a.order_id) filter (where a.n <= 5)
    from (select a.order_id, row_number() over () as n from (
        select p.order_id, p.attempt, count(*) filter (where t.state not in ('CONFIRMED', 'REFUSED')) as live,
          count(*) filter (where t.state = 'CONFIRMED') as confirmed, count(t.number) as all, max(t.number) as last
        from order_progress p left join attempts t on t.order_id = p.order_id and t.account_id = p.account_id
        where is_among(p.order_id, p_ids) group by p.order_id, p.attempt) a
      where a.live > 1 or a.confirmed > 1 or a.all <> a.attempt or a.last is distinct from a.attempt) a;

  return query select 'D1 ends', 'a delivered order has its confirmed attempt; a failed or cancelled one has only refused ones', count(*), jsonb_agg(p.order_id) filter (where p.n <= 5)
    from (select p.order_id, row_number() over () as n from order_progress p
      where is_among(p.order_id, p_ids) and ((p.state = 'DELIVERED') <> exists (select 1 from attempts a where a.order_id = p.order_id and a.state = 'CONFIRMED')
        or (p.state in ('FAILED', 'CANCELLED') and exists (select 1 from attempts a where a.order_id = p.order_id and a.state <> 'REFUSED')))) p;

  return query select 'D1 evidence', 'nothing is confirmed or refused that nobody has confirmed or refused', count(*), jsonb_agg(a.order_id) filter (where a.n <= 5)
    from (select a.order_id, row_number() over () as n from attempts a
      where is_among(a.order_id, p_ids) and ((a.state = 'CONFIRMED' and not exists (select 1 from evidence e where e.order_id = a.order_id and e.attempt = a.number
          and e.account_id = a.account_id and e.verdict in ('delivered', 'reversed')))
        or (a.state = 'REFUSED' and not exists (select 1 from evidence e where e.order_id = a.order_id and e.attempt = a.number
          and e.account_id = a.account_id and e.verdict in ('refused', 'unsent', 'not_found'))))) a;

  return query select 'D3', 'no attempt was sent before the one before it was refused', count(*), jsonb_agg(a.order_id) filter (where a.n <= 5)
    from (select a.order_id, row_number() over () as n from attempts a
      join attempts b on b.order_id = a.order_id and b.number = a.number - 1
      where is_among(a.order_id, p_ids) and (b.state <> 'REFUSED' or b.created_at > a.created_at
        or a.sent_at < (select min(e.received_at) from evidence e where e.order_id = b.order_id and e.attempt = b.number
          and e.account_id = b.account_id and e.verdict in ('refused', 'unsent', 'not_found')))) a;

  return query select 'D4', 'what was sent was committed as sent, with its keyed hash, before', count(*), jsonb_agg(a.order_id) filter (where a.n <= 5)
    from (select order_id, row_number() over () as n from attempts where is_among(order_id, p_ids) and sent_at is null and state not in ('READY', 'REFUSED')) a;

  return query select 'A2', 'a reference stands for one order that exists', count(*), jsonb_agg(r.order_id) filter (where r.n <= 5)
    from (select r.order_id, row_number() over () as n from order_references r
      where r.order_id >= v_gone and is_among(r.order_id, p_ids) and not exists (select 1 from orders o where o.account_id = r.account_id and o.id = r.order_id)) r;

  return query select 'A4', 'nothing that has ended has a wake-up or lacks the time of its end', count(*), jsonb_agg(p.order_id) filter (where p.n <= 5)
    from (select order_id, row_number() over () as n from order_progress
      where is_among(order_id, p_ids) and ((state in ('DELIVERED', 'FAILED', 'CANCELLED')) <> (completed_at is not null)
        or (state in ('DELIVERED', 'FAILED', 'CANCELLED') and next_wakeup is not null))) p;

  return query select 'A5', 'everything that lives has a next wake-up, none is long overdue, and what takes too long has its case', count(*), jsonb_agg(p.order_id) filter (where p.n <= 5)
    from (select u.order_id, row_number() over () as n from (
        select p.order_id from order_progress p
        where is_among(p.order_id, p_ids) and p.state not in ('DELIVERED', 'FAILED', 'CANCELLED')
          and (p.next_wakeup is null or p.next_wakeup < toprail.now() - interval '5 minutes'
            or (p.state = 'IN_DOUBT' and p.doubt_since < toprail.now() - interval '25 hours')
            or (p.state = 'REVIEW' and not exists (select 1 from review_cases c
              where c.account_id = p.account_id and c.order_id = p.order_id and c.closed_at is null)))
        union all
        select c.order_id from review_cases c join order_progress p on p.order_id = c.order_id and p.account_id = c.account_id
        where is_among(c.order_id, p_ids) and c.closed_at is null and p.state <> 'REVIEW'
        union all
        select i.order_id from callback_inbox i where is_among(i.order_id, p_ids) and i.next_wakeup < toprail.now() - interval '5 minutes') u) p;

  return query select 'E1', 'the events of an order are numbered from 1 without gaps, as many as it says, and tell its end', count(*), jsonb_agg(p.order_id) filter (where p.n <= 5)
    from (select p.order_id, row_number() over () as n from order_progress p
      left join (select order_id, count(*) as events, count(distinct seq) as seqs, min(seq) as first, max(seq) as last,
          count(*) filter (where type in ('order.delivered', 'order.failed', 'order.cancelled')) as ends,
          max(type) filter (where type in ('order.delivered', 'order.failed', 'order.cancelled')) as end
        from events where order_id is not null and is_among(order_id, p_ids) group by order_id) e on e.order_id = p.order_id
      where is_among(p.order_id, p_ids) and (coalesce(e.events, 0) <> p.event_seq or e.seqs <> p.event_seq or e.first <> 1 or e.last <> p.event_seq
        or e.ends > 1 or e.end is distinct from case p.state when 'DELIVERED' then 'order.delivered'
          when 'FAILED' then 'order.failed' when 'CANCELLED' then 'order.cancelled' end)) p;

  return query select 'E3', 'no order without its recipient and no recipient without an order', count(*), jsonb_agg(x.id) filter (where x.n <= 5)
    from (select u.id, row_number() over () as n from (
        select o.id from orders o where is_among(o.id, p_ids) and not exists (select 1 from recipients r where r.account_id = o.account_id and r.id = o.recipient_id)
        union all
        select r.id from recipients r where p_ids is null and r.id >= v_gone and not exists (select 1 from orders o where o.account_id = r.account_id and o.recipient_id = r.id)) u) x;

  return query select 'E4', 'what belongs to an account names an account that exists, the same one throughout', count(*), jsonb_agg(x.id) filter (where x.n <= 5)
    from (select u.id, row_number() over () as n from (
        select o.id from orders o where is_among(o.id, p_ids) and not exists (select 1 from wallets w where w.account_id = o.account_id and w.id = o.wallet_id and w.currency = o.currency)
        union all
        select a.order_id from attempts a where is_among(a.order_id, p_ids) and not exists (select 1 from orders o where o.account_id = a.account_id and o.id = a.order_id)
        union all
        select t.source_id from transfers t where is_among(t.source_id, p_ids) and t.wallet_id is not null
          and not exists (select 1 from wallets w where w.account_id = t.account_id and w.id = t.wallet_id and w.currency = t.currency)) u) x;

  return query select 'E4 environments', 'an attempt goes to a provider of its account''s environment', count(*), jsonb_agg(x.order_id) filter (where x.n <= 5)
    from (select a.order_id, row_number() over () as n from attempts a
      join accounts c on c.id = a.account_id left join providers p on p.id = a.provider_id
      where is_among(a.order_id, p_ids) and p.environment is distinct from c.environment) x;

  return query select 'R3', 'what an order was told by a statement stands there: as a line about that very attempt, or missing in a complete one', count(*), jsonb_agg(e.order_id) filter (where e.n <= 5)
    from (select e.order_id, row_number() over () as n from evidence e
      where is_among(e.order_id, p_ids) and e.source = 'statement' and not exists (select from statement_lines l where l.order_id = e.order_id
          and l.attempt = e.attempt and l.verdict = e.verdict and replace(l.content::text, '-', '') = encode(e.raw_hash, 'hex'))
        and not (e.verdict = 'not_found' and exists (select from statements s where s.complete
          and e.code = 'ABSENT_' || upper(left(s.fingerprint::text, 8))))) e;
end $$;

-- All invariants: of everything ('full'), or of what is new since the mark ('incremental'; without a mark, everything).
-- What has ended before the mark and had no event since is not read again: books as a whole go on from the mark.
create or replace function toprail.verify_books(p_form text default 'full')
returns table (name text, rule text, violations bigint, sample jsonb)
language plpgsql stable security definer set search_path = toprail, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
  v_mark verify_marks;
  v_full boolean := true;
  v_from bigint := 0; -- ids of transfers below it stand as sums of closed months
  v_event bigint := 0;
  v_gone bigint := detached_before();
  v_since timestamptz;
  v_accounts bigint[];
  v_batches bigint[];
  v_ids bigint[];
  v_chunk integer := 1000;
begin
  if p_form = 'incremental' then select * into v_mark from verify_marks; end if;
  if v_mark.at is not null then
    v_full := false;
    v_from := (select before_id from books_closed);
    v_since := v_mark.at - interval '1 hour'; -- times are taken before the commit
    select array_agg(distinct account_id), array_agg(id) into v_accounts, v_batches
      from batches where completed_at is null or completed_at > v_since;
    -- Rows are looked up by their keys: how few of them there are is nothing that statistics tell.
    perform set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
      set_config('enable_mergejoin', 'off', true);
  end if;

  v_event := greatest(v_mark.event_id, events_detached_before() - 1, 0);

  return query select 'M2 posted', 'posted is the opening balance and the sum of the wallet''s transfers', count(*), jsonb_agg(w.id) filter (where w.n <= 5)
    from (select w.id, row_number() over () as n from wallets w
      left join verified_wallets v on v.wallet_id = w.id and not v_full
      left join (select t.wallet_id, sum(case when t.credit = 'wallet' then t.amount else -t.amount end) as moved, count(*) as lines
        from (select w.id, coalesce(v.entries, 0) as entries from wallets w
          left join verified_wallets v on v.wallet_id = w.id and not v_full offset 0) w
        join transfers t on t.wallet_id = w.id and t.wallet_entry > w.entries group by t.wallet_id) t on t.wallet_id = w.id
      left join (select account_id, currency, sum(case when credit = 'wallet' then amount else -amount end) as moved, sum(entries) as lines
        from closed_sums where month_id < v_gone and 'wallet' in (debit, credit) group by account_id, currency) d
        on v.wallet_id is null and d.account_id = w.account_id and d.currency = w.currency
      where w.posted <> coalesce(v.posted, w.opening) + coalesce(d.moved, 0) + coalesce(t.moved, 0)
        or w.entries <> coalesce(v.entries, 0) + coalesce(d.lines, 0) + coalesce(t.lines, 0)) w;

  return query select 'M2 held', 'held is the sum of the wallet''s active holds', count(*), jsonb_agg(w.id) filter (where w.n <= 5)
    from (select w.id, row_number() over () as n from wallets w
      left join (select hold_wallet_id, sum(hold_amount) as held from order_progress where hold = 'ACTIVE' and (v_full or next_wakeup is not null) group by hold_wallet_id) h
        on h.hold_wallet_id = w.id
      where w.held <> coalesce(h.held, 0)) w;

  return query select 'M2 statement', 'each line of a statement follows from the one before', count(*), jsonb_agg(s.wallet_id) filter (where s.n <= 5)
    from (select l.wallet_id, row_number() over () as n from (
        select t.wallet_id, t.wallet_entry, t.wallet_posted_after,
          case when t.credit = 'wallet' then t.amount else -t.amount end as moved,
          coalesce(lag(t.wallet_posted_after) over line, w.posted) as before,
          coalesce(lag(t.wallet_entry) over line, w.entries) as entry_before
        -- The fence lets the lines be looked up from the wallets, once it is known where each begins.
        from (select w.id, coalesce(v.posted, w.opening) as posted, coalesce(v.entries, 0) as entries from wallets w
          left join verified_wallets v on v.wallet_id = w.id and not v_full offset 0) w
        join transfers t on t.wallet_id = w.id and t.wallet_entry > w.entries
        window line as (partition by t.wallet_id order by t.wallet_entry)) l
      -- Where months are detached there are gaps, up to their last entry, and the line after it follows from that one.
      left join lateral (select d.last_entry, d.last_posted from detached_wallets d where d.wallet_id = l.wallet_id
        order by d.last_entry desc limit 1) d on l.wallet_entry <> l.entry_before + 1
      where case when d.last_entry is null or l.wallet_entry <= l.entry_before or l.wallet_entry > d.last_entry + 1
          then l.wallet_entry <> l.entry_before + 1 or l.wallet_posted_after <> l.before + l.moved
        else l.wallet_entry = d.last_entry + 1 and l.wallet_posted_after <> d.last_posted + l.moved end) s;

  if v_full then
    return query select 'M2 closed', 'what was summed up when its day was closed is what was posted by then, and nothing was posted below it later', count(*), jsonb_agg(k.account_id) filter (where k.n <= 5)
      from (select account_id, row_number() over () as n from (
          select c.account_id, c.kind, c.debit, c.credit, c.currency, c.amount, c.entries from closed_sums c where c.month_id >= v_gone
          union all
          select t.account_id, t.kind, t.debit, t.credit, t.currency, -t.amount, -1 from transfers t
          where t.source_id < (select before_id from books_closed)
          union all -- of what is detached, what moved wallets is known once more
          select c.account_id, 'detached', '', '', c.currency, case when c.credit = 'wallet' then c.amount else -c.amount end, c.entries
          from closed_sums c where c.month_id < v_gone and 'wallet' in (c.debit, c.credit)
          union all
          select d.account_id, 'detached', '', '', w.currency, -d.moved, -d.entries from detached_wallets d
          join wallets w on w.account_id = d.account_id and w.id = d.wallet_id) s
        group by s.account_id, s.kind, s.debit, s.credit, s.currency having sum(s.amount) <> 0 or sum(s.entries) <> 0) k;
  end if;

  return query select 'M3', 'no wallet holds less than nothing or more than it has and may owe', count(*), jsonb_agg(w.id) filter (where w.n <= 5)
    from (select id, row_number() over () as n from wallets where held < 0 or posted - held < -credit_limit) w;

  return query select 'M5 settlements', 'a settlement and a plan fee moved what they say, and nobody was paid more than was earned', count(*), jsonb_agg(s.id) filter (where s.n <= 5)
    from (select s.id, row_number() over () as n from settlements s
      where s.id >= v_gone and (v_full or s.created_at > v_since) and not exists (select from transfers t where t.account_id = s.account_id and t.source_id = s.id
        and t.amount = s.amount and t.currency = s.currency
        and t.kind = case s.kind when 'reseller_shares' then 'share_payout' else 'commission_payout' end)
      union all
      select c.id, row_number() over () from plan_changes c where c.id >= v_gone and (v_full or c.created_at > v_since) and c.fee > 0 and not exists (select from transfers t
        where t.account_id = c.account_id and t.source_id = c.id and t.kind = 'plan_fee' and t.amount = c.fee)
      union all
      select split_part(l.leg, ':', 2)::bigint, row_number() over () from (
        select c.credit as leg, c.currency, c.amount from closed_sums c where c.month_id < greatest(v_from, v_gone) and c.credit like 'share:%' and c.kind = 'share'
        union all
        select c.debit, c.currency, -c.amount from closed_sums c where c.month_id < greatest(v_from, v_gone) and c.debit like 'share:%' and c.kind = 'share_payout'
        union all
        select t.credit, t.currency, t.amount from transfers t where t.credit like 'share:%' and t.kind = 'share' and t.source_id >= v_from
        union all
        select t.debit, t.currency, -t.amount from transfers t where t.debit like 'share:%' and t.kind = 'share_payout' and t.source_id >= v_from) l
      group by l.leg, l.currency having sum(l.amount) < 0) s;

  return query select 'A5 batches', 'a row that was placed names its order; where all is done no row waits, none is missing, and nothing is wanted of it', count(*), jsonb_agg(b.id) filter (where b.n <= 5)
    from (select u.id, row_number() over () as n from (
        select r.batch_id as id from batch_rows r where (v_full or r.account_id = any (v_accounts) and r.batch_id = any (v_batches)) and r.order_id >= v_gone
          and not exists (select from orders o where o.account_id = r.account_id and o.id = r.order_id)
        union all
        select b.id from batches b
        left join (select account_id, batch_id, count(*) as rows, count(*) filter (where outcome is null) as waiting,
            count(*) filter (where outcome = 'cancelled') as cancelled from batch_rows
            where v_full or account_id = any (v_accounts) and batch_id = any (v_batches) group by account_id, batch_id) r
          on r.account_id = b.account_id and r.batch_id = b.id
        where (v_full or b.id = any (v_batches)) and (b.row_count <> coalesce(r.rows, 0) or (b.completed_at is not null and r.waiting > 0)
          or (b.state <> 'cancelled' and r.cancelled > 0))
        union all
        select r.batch_id from batch_rows r
        where v_full and not exists (select from batches b where b.account_id = r.account_id and b.id = r.batch_id)) u) b;

  return query select 'A5 schedules', 'an occurrence that was placed names an order of its own, and each up to the next one was decided once', count(*), jsonb_agg(s.id) filter (where s.n <= 5)
    from (select u.id, row_number() over () as n from (
        select c.schedule_id as id from schedule_occurrences c where c.order_id >= v_gone
          and not exists (select from orders o where o.account_id = c.account_id and o.id = c.order_id)
        union all
        select min(c.schedule_id) from schedule_occurrences c where c.order_id is not null
          group by c.account_id, c.order_id having count(*) > 1
        union all
        select s.id from schedules s
        left join (select account_id, schedule_id, count(*) as decided, max(number) as last from schedule_occurrences
            group by account_id, schedule_id) c on c.account_id = s.account_id and c.schedule_id = s.id
        where coalesce(c.decided, 0) <> s.next_number - 1 or coalesce(c.last, 0) <> s.next_number - 1) u) s;

  return query select 'E1 log', 'the ids of the event log have no gaps', abs(c.last_id - v_event - e.events) + abs(c.last_id - coalesce(e.last, v_event)), null::jsonb
    from event_counter c, (select count(*) as events, max(id) as last from events where id > v_event) e;

  return query select 'R1', 'a line of a statement has one outcome, a break of that class exactly where it differs, and waits for nothing once all is read', count(*), jsonb_agg(l.id) filter (where l.n <= 5)
    from (select l.id, row_number() over () as n from statement_lines l
      join statements s on s.id = l.statement_id left join statement_breaks b on b.line_id = l.id
      where (v_full or l.id > v_mark.line_id) and ((l.outcome is null or l.outcome in ('matched', 'ended')) <> (b.id is null) or b.class <> l.outcome
        or (s.finished_at is not null and (l.outcome is null or l.due))
        or not exists (select from statement_rows r where r.line_id = l.id and r.statement_id = l.statement_id))) l;

  return query select 'R2', 'a break that is closed has its cause: an adjustment or a line about the same order, or how the order has ended', count(*), jsonb_agg(b.id) filter (where b.n <= 5)
    from (select b.id, row_number() over () as n from statement_breaks b
      where (b.closed_by = 'adjustment' and not exists (select from adjustments a where a.account_id = b.account_id
          and a.id = b.closing_id and a.order_id = b.order_id))
        or (b.closed_by = 'line' and not exists (select from statement_lines l where l.id = b.closing_id
          and l.order_id = b.order_id and l.attempt = b.attempt))
        or (b.closed_by = 'order' and (b.order_id < v_gone) is not true and not exists (select from attempts a where a.order_id = b.order_id and a.number = b.attempt
          and a.account_id = b.account_id and a.state in ('CONFIRMED', 'REFUSED')))) b;

  if not v_full then
    select array_agg(id order by id) into v_ids from touched_since(v_mark.event_id, v_mark.source_id, v_mark.left_orders) as t(id);
    -- From here on it is known how many they are.
    perform set_config('enable_hashjoin', 'on', true), set_config('enable_mergejoin', 'on', true);
  end if;
  return query select c.name, min(c.rule), sum(c.violations)::bigint,
      (array_agg(c.sample order by k.n) filter (where c.sample is not null))[1]
    from (
      select 0 as n, case when v_full then null::bigint[] else '{}' end as ids
      union all
      select t.n, array_agg(t.id order by t.id)
      from (select id, (row_number() over (order by id) - 1) / v_chunk + 1 as n
        from unnest(v_ids) as u(id)) t
      group by t.n
    ) k
    cross join lateral verify_rows(k.ids) with ordinality as c(name, rule, violations, sample, n)
    group by c.n, c.name order by c.n;
end $$;

-- For the comparison with a pretend operator's journal: how each order stands, in id order, a page at a time; of all
-- orders, or of some.
create or replace function toprail.verify_deliveries(p_ids bigint[], p_after bigint, p_limit integer)
returns table (order_id bigint, state text, late boolean, reversed boolean, sent text[])
language plpgsql stable security definer set search_path = toprail, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
begin
  return query select p.order_id, p.state,
    exists (select 1 from adjustments a where a.account_id = p.account_id and a.order_id = p.order_id and a.cause = 'LATE_DELIVERY'),
    exists (select 1 from adjustments a where a.account_id = p.account_id and a.order_id = p.order_id and a.cause = 'OPERATOR_REVERSAL'),
    (select array_agg(t.epoch || '-' || t.order_id || '-' || t.number order by t.number) from attempts t
      where t.order_id = p.order_id and t.account_id = p.account_id and t.sent_at is not null)
    from order_progress p join accounts c on c.id = p.account_id
    where p.order_id > p_after and is_among(p.order_id, p_ids) and c.environment = 'sandbox'
    order by p.order_id limit p_limit;
end $$;
