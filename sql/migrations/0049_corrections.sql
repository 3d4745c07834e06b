-- An answer in words that nobody has mapped is told apart from none: a person can do something about it.
set local role toprail_engine;
alter table toprail.evidence drop constraint evidence_verdict_check;
alter table toprail.evidence add constraint evidence_verdict_check check (
  verdict in ('delivered', 'refused', 'pending', 'unknown', 'unmapped', 'unsent', 'not_found', 'reversed'));
reset role;
alter table toprail.review_cases drop constraint review_cases_reason_check;
alter table toprail.review_cases add constraint review_cases_reason_check
  check (reason in ('conflict', 'unmapped', 'in_doubt_too_long', 'dispatching_too_long'));

-- A correction: what two people post between the platform and the customer of an order that has ended. Below zero it
-- takes back what was given in error, as no other adjustment does.
alter table toprail.adjustments drop constraint adjustments_amount_check;
alter table toprail.adjustments add constraint adjustments_amount_check
  check (case cause when 'CORRECTION' then amount <> 0 else amount >= 0 end);
alter table toprail.review_decisions drop constraint review_decisions_outcome_check;
alter table toprail.review_decisions add constraint review_decisions_outcome_check
  check (outcome in ('delivered', 'failed', 'corrected'));
-- What the customer's wallet gains.
alter table toprail.review_decisions add column amount bigint;
alter table toprail.review_decisions add constraint review_decisions_amount
  check ((outcome = 'corrected') = (amount is not null) and coalesce(amount <> 0, true));

drop function if exists toprail.list_review_cases();
drop function if exists toprail.request_decision(bigint, bigint, text, bytea, text);
drop function if exists toprail.claim_due_decisions(integer, double precision);
