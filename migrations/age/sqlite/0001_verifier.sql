-- A site's verifier: the issuer's key log as it was last believed, tokens spent this week, open visits. No row says who.

create table verifier (
    one integer primary key check (one = 1),
    key_check blob not null check (length(key_check) = 16),
    -- The key of the site's nonces, sealed; all processes have the same.
    site_secret blob not null,
    -- Up to which entry the issuer's log was believed, and the note that says so.
    note text not null
) strict;

create table followed (
    place integer primary key,
    entry blob not null
) strict;

create table spent (
    epoch integer not null,
    nonce blob not null check (length(nonce) = 32),
    primary key (epoch, nonce)
) strict, without rowid;

-- Visits that another device answered for: the page that shows the square waits for its row.
create table handed (
    visit blob primary key check (length(visit) = 11),
    ends_at integer not null
) strict, without rowid;

create table visits (
    id blob primary key check (length(id) = 32),
    sealed blob not null,
    ends_at integer not null
) strict, without rowid;
create index visits_by_end on visits (ends_at);
