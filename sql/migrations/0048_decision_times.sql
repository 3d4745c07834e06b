-- A decision says nothing of what left after it was asked for, so whoever carries it out has to know when that was.
drop function if exists toprail.claim_due_decisions(integer, double precision);
