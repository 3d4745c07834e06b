-- Sessions: a login opens one, a refresh exchanges its token for the next, a logout ends all of a client's.
-- Lock order: the client, then its sessions; so a logout is either before a session or ends it.

-- The count of logouts that the session's access token carries. No row: there is no such client, or it was revoked.
create or replace function toprail.open_session(p_client text, p_refresh_hash bytea, p_seconds integer)
returns table (logouts integer, expires_at timestamptz)
language plpgsql security definer set search_path = toprail, pg_temp as $$
#variable_conflict use_column
declare
  v_now timestamptz := toprail.now();
  v_logouts integer;
  -- A client that logs in for every request forgets its oldest sessions.
  c_sessions_max constant integer := 1000;
begin
  select c.logouts into v_logouts from clients c where c.id = p_client and c.revoked_at is null for share;
  if not found then return; end if;
  delete from sessions s where s.client_id = p_client and (s.expires_at <= v_now or s.refresh_hash in (
    select old.refresh_hash from sessions old where old.client_id = p_client
    order by old.created_at desc offset c_sessions_max - 1));
  insert into sessions (refresh_hash, client_id, expires_at, created_at)
    values (p_refresh_hash, p_client, v_now + make_interval(secs => p_seconds), v_now);
  return query select v_logouts, v_now + make_interval(secs => p_seconds);
end $$;

-- A refresh token is good once. No row: it is unknown, used, expired or ended.
create or replace function toprail.refresh_session(p_refresh_hash bytea, p_next_hash bytea, p_seconds integer)
returns table (client_id text, logouts integer, expires_at timestamptz)
language plpgsql security definer set search_path = toprail, pg_temp as $$
#variable_conflict use_column
declare
  v_client text;
begin
  select s.client_id into v_client from sessions s where s.refresh_hash = p_refresh_hash;
  if not found then return; end if;
  perform from clients c where c.id = v_client for share;
  delete from sessions s where s.refresh_hash = p_refresh_hash and s.expires_at > toprail.now();
  if not found then return; end if;
  return query select v_client, o.logouts, o.expires_at from toprail.open_session(v_client, p_next_hash, p_seconds) o;
end $$;

create or replace function toprail.end_sessions(p_client text) returns void
language plpgsql security definer set search_path = toprail, pg_temp as $$
begin
  update clients set logouts = logouts + 1 where id = p_client;
  delete from sessions where client_id = p_client;
end $$;
