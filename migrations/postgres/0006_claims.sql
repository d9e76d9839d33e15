-- Claims that nothing stands behind yet, and claims that partners which join later do not see. See docs/design/0013.

-- When a claim is let go unless its case was written meanwhile, up to the hour; null once it was.
alter table claims add column pending_until bigint;
-- Whether a partner that joins later is shown its entry. Those there are were made when the page said so.
alter table claims add column takes_newcomers bigint not null default 1;
create index claims_pending on claims (pending_until) where pending_until is not null;
