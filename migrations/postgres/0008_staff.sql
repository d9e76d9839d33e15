-- People who work here: accounts, factors, sessions, links, recovery, and the log of what was done. See docs/design/0016.

create table staff (
    id bytea primary key check (length(id) = 16),
    name text not null,
    -- The name in the form in which it is looked for; of who left, the id.
    name_key text not null unique,
    -- 1 analyst, 2 lead, 3 mediator, 4 administrator, 5 of a platform.
    role bigint not null,
    partner_id bytea references partners (id),
    -- 0 invited, 1 here, 2 left.
    state bigint not null,
    language text not null,
    -- Null until the account is complete, and always for an administrator: nothing can be sealed to them.
    public_key bytea unique,
    -- How the passphrase wraps the secret, and what tells the right one.
    salt bytea,
    memory_kib bigint,
    passes bigint,
    wrapped bytea,
    check_value bytea,
    created_at bigint not null,
    ended_at bigint,
    check (role <> 4 or public_key is null),
    check ((role = 5) = (partner_id is not null))
);

-- Second factors. What is sealed opens with the person's secret alone.
create table staff_factors (
    id bytea primary key check (length(id) = 16),
    staff_id bytea not null references staff (id),
    -- 1 TOTP, 2 passkey.
    kind bigint not null,
    sealed bytea not null,
    -- TOTP: the last step that was used. Passkey: its counter.
    used bigint not null,
    created_at bigint not null,
    used_at bigint
);
create index staff_factors_by_person on staff_factors (staff_id);

create table staff_sessions (
    -- SHA-256 of the cookie.
    id bytea primary key check (length(id) = 32),
    staff_id bytea not null references staff (id),
    -- By which a person ends one without its cookie.
    handle bytea not null unique,
    -- The person's secret, sealed with a key from the cookie.
    sealed bytea not null,
    -- 1 the passphrase was right, 2 the factor too.
    stage bigint not null,
    -- Sealed likewise: a code to confirm, or a challenge.
    pending bytea,
    agent text not null,
    created_at bigint not null,
    seen_at bigint not null,
    ends_at bigint not null,
    stepped_at bigint
);
create index staff_sessions_by_person on staff_sessions (staff_id);
create index staff_sessions_by_end on staff_sessions (ends_at);

create table staff_links (
    -- SHA-256 of the link.
    id bytea primary key check (length(id) = 32),
    staff_id bytea not null references staff (id),
    -- 1 invitation, 2 a new factor.
    kind bigint not null,
    ends_at bigint not null
);

-- A person's secret in two shares for a pair of leads: one for holder, of the pair (holder, other).
create table staff_escrow (
    staff_id bytea not null references staff (id),
    holder_id bytea not null references staff (id),
    other_id bytea not null references staff (id),
    sealed bytea not null,
    primary key (staff_id, holder_id, other_id)
);

create table staff_recoveries (
    id bytea primary key check (length(id) = 16),
    staff_id bytea not null references staff (id),
    -- To which leads seal their shares; its secret half is the link.
    public_key bytea not null unique,
    created_at bigint not null,
    ends_at bigint not null
);

create table staff_recovery_shares (
    recovery_id bytea not null references staff_recoveries (id),
    holder_id bytea not null references staff (id),
    other_id bytea not null references staff (id),
    sealed bytea not null,
    primary key (recovery_id, holder_id, other_id)
);

-- What a person is to be told, until they say that they read it.
create table staff_notices (
    id bytea primary key check (length(id) = 16),
    staff_id bytea not null references staff (id),
    code bigint not null,
    by_id bytea not null,
    at bigint not null
);
create index staff_notices_by_person on staff_notices (staff_id);

-- Who did what to which case, without contents; each row's hash covers the row before.
create table audit_log (
    seq bigint primary key,
    at bigint not null,
    who bytea not null,
    act text not null,
    about bytea,
    before bytea not null,
    hash bytea not null
);
create index audit_log_by_about on audit_log (about, seq);

create table audit_head (
    one bigint primary key check (one = 1),
    -- Of the last row.
    seq bigint not null,
    hash bytea not null,
    -- Of the last row that was dropped.
    dropped_seq bigint not null,
    dropped_hash bytea not null
);
