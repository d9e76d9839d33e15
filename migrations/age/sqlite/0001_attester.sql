-- An attester: what is under way for a few minutes, codes that were handed out, and what may be used once. Nothing of any evidence.

create table attester (
    one integer primary key check (one = 1),
    key_check blob not null check (length(key_check) = 16),
    -- The secret that signs vouchers, sealed.
    voucher_secret blob not null
) strict;

-- Codes that an institution hands out, as keyed digests; gone when used.
create table codes (
    digest blob primary key check (length(digest) = 32),
    reached integer not null,
    ends_at integer not null
) strict, without rowid;

-- Somebody on the way to a provider and back, minutes long.
create table journeys (
    id blob primary key check (length(id) = 32),
    method text not null,
    sealed blob not null,
    ends_at integer not null
) strict, without rowid;

-- What was presented and may not be a second time, as keyed digests.
create table presented (
    digest blob primary key check (length(digest) = 32),
    times integer not null,
    ends_at integer not null
) strict, without rowid;
