-- The portal: visits, cases and what they claim in the bank. What a person wrote is sealed; see docs/design/0009.
-- Instants integer microseconds UTC; those of cases are rounded down to the hour, so that they tell no two cases together.

create table portal (
    one bigint primary key check (one = 1),
    -- Goes into every receipt's Argon2id: words of one node open nothing at another.
    salt bytea not null check (length(salt) = 16),
    -- What the operator set up, as JSON; empty until then.
    settings text not null,
    created_at bigint not null
);

create table visits (
    -- SHA-256 of the cookie.
    id bytea primary key check (length(id) = 32),
    sealed bytea not null,
    ends_at bigint not null
);
create index visits_by_end on visits (ends_at);

create table recipients (
    public_key bytea primary key check (length(public_key) = 32),
    created_at bigint not null,
    -- Nothing is sealed to it from then on.
    ended_at bigint
);

create table cases (
    -- What the words' lookup id is; after the end only this, how it ended and when are left.
    id bytea primary key check (length(id) = 16),
    class bigint not null,
    urgency bigint not null,
    -- Who is to write next: 0 nobody, 1 the hotline, 2 the person.
    waits_for bigint not null,
    -- The case's key for the words; null once ended.
    sealed_key bytea,
    created_at bigint not null,
    active_at bigint not null,
    ends_at bigint not null,
    -- 0 open, 1 deleted by the person, 2 expired.
    ended bigint not null
);
create index cases_by_end on cases (ends_at);

create table case_recipients (
    case_id bytea not null references cases (id),
    public_key bytea not null references recipients (public_key),
    sealed_key bytea not null,
    primary key (case_id, public_key)
);

create table case_items (
    case_id bytea not null references cases (id),
    position bigint not null,
    sealed bytea not null,
    primary key (case_id, position)
);

-- Somebody stands behind an entry; who, only a sealed item tells. The entry goes with its last claim.
create table claims (
    id bytea primary key check (length(id) = 16),
    entry_id bytea not null references entries (id)
);
create index claims_by_entry on claims (entry_id);
