-- Players of games, and subscriber, meter or vehicle numbers of bills, beside phones and addresses.
alter table toprail.recipients drop constraint recipients_kind_check;
alter table toprail.recipients
  add constraint recipients_kind_check check (kind in ('phone', 'email', 'player', 'account'));
