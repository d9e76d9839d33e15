-- The spine: partners, their keys and cursors; entries, their fingerprints; the sequence of changes; outcomes.
-- Ids are 16 bytes, instants integer microseconds UTC, codes those of the exchange crate.

create table node (
    one bigint primary key check (one = 1),
    key_check bytea not null check (length(key_check) = 16),
    -- Names this history of the sequence: a restored backup is another history, whatever its numbers.
    epoch bytea not null check (length(epoch) = 16),
    seq bigint not null check (seq >= 0),
    created_at bigint not null
);

create table partners (
    id bytea primary key check (length(id) = 16),
    name text not null unique,
    sees_minor bigint,
    sees_adult bigint,
    contributes_minor bigint,
    contributes_adult bigint,
    created_at bigint not null,
    revoked_at bigint
);

create table partner_keys (
    id bytea primary key check (length(id) = 8),
    partner_id bytea not null references partners (id),
    secret_digest bytea not null check (length(secret_digest) = 32),
    scopes bigint not null,
    created_at bigint not null,
    expires_at bigint,
    revoked_at bigint
);
create index partner_keys_by_partner on partner_keys (partner_id);

create table cursors (
    key_id bytea primary key references partner_keys (id),
    seq bigint not null,
    acknowledged_at bigint not null
);

create table entries (
    id bytea primary key check (length(id) = 16),
    contributor_id bytea not null references partners (id),
    class bigint not null,
    tier bigint not null,
    status bigint not null,
    -- Keyed digest of the whole set of fingerprints: the same content from the same partner is one entry.
    content_digest bytea,
    last_seq bigint not null,
    created_at bigint not null
);
create unique index entries_by_content on entries (contributor_id, content_digest) where content_digest is not null;

create table fingerprints (
    entry_id bytea not null references entries (id),
    position bigint not null,
    kind bigint not null,
    -- Keyed digest of the value: finds an entry by a fingerprint without opening any.
    digest bytea not null,
    sealed bytea not null,
    primary key (entry_id, position)
);
create index fingerprints_by_digest on fingerprints (digest);

create table changes (
    seq bigint primary key check (seq >= 1),
    at bigint not null,
    entry_id bytea not null references entries (id),
    -- 0 put, 1 remove
    action bigint not null,
    reason bigint,
    class bigint not null,
    tier bigint not null,
    -- The tier before this change; null where there was no entry.
    tier_before bigint
);

create table idempotency (
    partner_id bytea not null references partners (id),
    token text not null,
    request_digest bytea not null,
    answer text not null,
    at bigint not null,
    primary key (partner_id, token)
);
create index idempotency_by_age on idempotency (at);

create table outcomes (
    partner_id bytea not null references partners (id),
    id bytea not null check (length(id) = 16),
    entry_id bytea not null references entries (id),
    kind bigint not null,
    reason bigint,
    copies bigint not null,
    done_at bigint not null,
    received_at bigint not null,
    primary key (partner_id, id)
);
create index outcomes_by_entry on outcomes (entry_id);
