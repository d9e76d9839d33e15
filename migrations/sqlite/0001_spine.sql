-- The spine: partners, their keys and cursors; entries, their fingerprints; the sequence of changes; outcomes.
-- Ids are 16 bytes, instants integer microseconds UTC, codes those of the exchange crate.

create table node (
    one integer primary key check (one = 1),
    key_check blob not null check (length(key_check) = 16),
    -- Names this history of the sequence: a restored backup is another history, whatever its numbers.
    epoch blob not null check (length(epoch) = 16),
    seq integer not null check (seq >= 0),
    created_at integer not null
) strict;

create table partners (
    id blob primary key check (length(id) = 16),
    name text not null unique,
    sees_minor integer,
    sees_adult integer,
    contributes_minor integer,
    contributes_adult integer,
    created_at integer not null,
    revoked_at integer
) strict;

create table partner_keys (
    id blob primary key check (length(id) = 8),
    partner_id blob not null references partners (id),
    secret_digest blob not null check (length(secret_digest) = 32),
    scopes integer not null,
    created_at integer not null,
    expires_at integer,
    revoked_at integer
) strict;
create index partner_keys_by_partner on partner_keys (partner_id);

create table cursors (
    key_id blob primary key references partner_keys (id),
    seq integer not null,
    acknowledged_at integer not null
) strict;

create table entries (
    id blob primary key check (length(id) = 16),
    contributor_id blob not null references partners (id),
    class integer not null,
    tier integer not null,
    status integer not null,
    -- Keyed digest of the whole set of fingerprints: the same content from the same partner is one entry.
    content_digest blob,
    last_seq integer not null,
    created_at integer not null
) strict;
create unique index entries_by_content on entries (contributor_id, content_digest) where content_digest is not null;

create table fingerprints (
    entry_id blob not null references entries (id),
    position integer not null,
    kind integer not null,
    -- Keyed digest of the value: finds an entry by a fingerprint without opening any.
    digest blob not null,
    sealed blob not null,
    primary key (entry_id, position)
) strict, without rowid;
create index fingerprints_by_digest on fingerprints (digest);

create table changes (
    seq integer primary key check (seq >= 1),
    at integer not null,
    entry_id blob not null references entries (id),
    -- 0 put, 1 remove
    action integer not null,
    reason integer,
    class integer not null,
    tier integer not null,
    -- The tier before this change; null where there was no entry.
    tier_before integer
) strict;

create table idempotency (
    partner_id blob not null references partners (id),
    token text not null,
    request_digest blob not null,
    answer text not null,
    at integer not null,
    primary key (partner_id, token)
) strict, without rowid;
create index idempotency_by_age on idempotency (at);

create table outcomes (
    partner_id blob not null references partners (id),
    id blob not null check (length(id) = 16),
    entry_id blob not null references entries (id),
    kind integer not null,
    reason integer,
    copies integer not null,
    done_at integer not null,
    received_at integer not null,
    primary key (partner_id, id)
) strict, without rowid;
create index outcomes_by_entry on outcomes (entry_id);
