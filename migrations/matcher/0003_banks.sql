-- The platform's own banks, made over HMA's API. Signals, notes and metadata are sealed with the matcher's key; names of
-- banks are the platform's words for its own use and are not. Instants are integer microseconds UTC unless they say otherwise.

create table banks (
    id integer primary key,
    name text not null unique,
    -- The part of the traffic that it is matched for.
    enabled_ratio real not null check (enabled_ratio between 0 and 1),
    created_at integer not null
) strict;

create table contents (
    -- Never given twice: an answer that named one that went must not come to mean another.
    id integer primary key autoincrement,
    bank_id integer not null references banks (id),
    -- Not matched until then, seconds since 1970.
    disable_until integer not null,
    sealed blob not null,
    created_at integer not null
) strict;
create index contents_by_bank on contents (bank_id);

-- Signal types that are switched off.
create table signals_off (
    name text primary key
) strict, without rowid;
