-- Systems that are followed because somebody said so over HMA's API, each with the bank that its entries are in, and the
-- credentials that HMA's callers set once for all exchanges of a system.

create table exchange_apis (
    -- HMA's name for the system.
    name text primary key,
    -- Credentials, sealed with the matcher's key.
    sealed blob not null,
    set_at integer not null
) strict, without rowid;

create table exchanges (
    source_id blob primary key references sources (id) on delete cascade,
    api text not null,
    -- The bank's name, and the exchange's.
    bank text not null unique,
    -- The part of the traffic that it is matched for.
    enabled_ratio real not null check (enabled_ratio between 0 and 1),
    -- 0: neither asked nor matched.
    is_enabled integer not null,
    -- What was sent as api_json. No credential is in it.
    config text not null
) strict, without rowid;
