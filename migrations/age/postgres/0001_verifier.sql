-- A site's verifier: the issuer's key log as it was last believed, tokens spent this week, open visits. No row says who.

create table verifier (
    one bigint primary key check (one = 1),
    key_check bytea not null check (length(key_check) = 16),
    -- The key of the site's nonces, sealed; all processes have the same.
    site_secret bytea not null,
    -- Up to which entry the issuer's log was believed, and the note that says so.
    note text not null
);

create table followed (
    place bigint primary key,
    entry bytea not null
);

create table spent (
    epoch bigint not null,
    nonce bytea not null check (length(nonce) = 32),
    primary key (epoch, nonce)
);

-- Visits that another device answered for: the page that shows the square waits for its row.
create table handed (
    visit bytea primary key check (length(visit) = 11),
    ends_at bigint not null
);

create table visits (
    id bytea primary key check (length(id) = 32),
    sealed bytea not null,
    ends_at bigint not null
);
create index visits_by_end on visits (ends_at);
