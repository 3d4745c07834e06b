-- When it was told, once, that an order is still under way minutes after it was accepted.
set local role toprail_engine;
alter table toprail.order_progress add column delayed_at timestamptz;
reset role;
