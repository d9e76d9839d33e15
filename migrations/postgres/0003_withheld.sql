-- Entries withheld from single partners: what whoever holds a claim wants, and what follows of it for the entry.
-- See docs/design/0010.

create table claim_withholds (
    claim_id bytea not null references claims (id),
    partner_id bytea not null references partners (id),
    primary key (claim_id, partner_id)
);

-- Every claim on the entry withholds it from the partner. Stays when the entry is withdrawn: who was not shown it is
-- not told of that either.
create table withheld (
    entry_id bytea not null references entries (id),
    partner_id bytea not null references partners (id),
    -- The change from which on it is.
    since bigint not null,
    primary key (entry_id, partner_id)
);
