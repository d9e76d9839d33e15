-- People who work here: accounts, factors, sessions, links, recovery, and the log of what was done. See docs/design/0016.

create table staff (
    id blob primary key check (length(id) = 16),
    name text not null,
    -- The name in the form in which it is looked for; of who left, the id.
    name_key text not null unique,
    -- 1 analyst, 2 lead, 3 mediator, 4 administrator, 5 of a platform.
    role integer not null,
    partner_id blob references partners (id),
    -- 0 invited, 1 here, 2 left.
    state integer not null,
    language text not null,
    -- Null until the account is complete, and always for an administrator: nothing can be sealed to them.
    public_key blob unique,
    -- How the passphrase wraps the secret, and what tells the right one.
    salt blob,
    memory_kib integer,
    passes integer,
    wrapped blob,
    check_value blob,
    created_at integer not null,
    ended_at integer,
    check (role <> 4 or public_key is null),
    check ((role = 5) = (partner_id is not null))
) strict, without rowid;

-- Second factors. What is sealed opens with the person's secret alone.
create table staff_factors (
    id blob primary key check (length(id) = 16),
    staff_id blob not null references staff (id),
    -- 1 TOTP, 2 passkey.
    kind integer not null,
    sealed blob not null,
    -- TOTP: the last step that was used. Passkey: its counter.
    used integer not null,
    created_at integer not null,
    used_at integer
) strict, without rowid;
create index staff_factors_by_person on staff_factors (staff_id);

create table staff_sessions (
    -- SHA-256 of the cookie.
    id blob primary key check (length(id) = 32),
    staff_id blob not null references staff (id),
    -- By which a person ends one without its cookie.
    handle blob not null unique,
    -- The person's secret, sealed with a key from the cookie.
    sealed blob not null,
    -- 1 the passphrase was right, 2 the factor too.
    stage integer not null,
    -- Sealed likewise: a code to confirm, or a challenge.
    pending blob,
    agent text not null,
    created_at integer not null,
    seen_at integer not null,
    ends_at integer not null,
    stepped_at integer
) strict, without rowid;
create index staff_sessions_by_person on staff_sessions (staff_id);
create index staff_sessions_by_end on staff_sessions (ends_at);

create table staff_links (
    -- SHA-256 of the link.
    id blob primary key check (length(id) = 32),
    staff_id blob not null references staff (id),
    -- 1 invitation, 2 a new factor.
    kind integer not null,
    ends_at integer not null
) strict, without rowid;

-- A person's secret in two shares for a pair of leads: one for holder, of the pair (holder, other).
create table staff_escrow (
    staff_id blob not null references staff (id),
    holder_id blob not null references staff (id),
    other_id blob not null references staff (id),
    sealed blob not null,
    primary key (staff_id, holder_id, other_id)
) strict, without rowid;

create table staff_recoveries (
    id blob primary key check (length(id) = 16),
    staff_id blob not null references staff (id),
    -- To which leads seal their shares; its secret half is the link.
    public_key blob not null unique,
    created_at integer not null,
    ends_at integer not null
) strict, without rowid;

create table staff_recovery_shares (
    recovery_id blob not null references staff_recoveries (id),
    holder_id blob not null references staff (id),
    other_id blob not null references staff (id),
    sealed blob not null,
    primary key (recovery_id, holder_id, other_id)
) strict, without rowid;

-- What a person is to be told, until they say that they read it.
create table staff_notices (
    id blob primary key check (length(id) = 16),
    staff_id blob not null references staff (id),
    code integer not null,
    by_id blob not null,
    at integer not null
) strict, without rowid;
create index staff_notices_by_person on staff_notices (staff_id);

-- Who did what to which case, without contents; each row's hash covers the row before.
create table audit_log (
    seq integer primary key,
    at integer not null,
    who blob not null,
    act text not null,
    about blob,
    before blob not null,
    hash blob not null
) strict;
create index audit_log_by_about on audit_log (about, seq);

create table audit_head (
    one integer primary key check (one = 1),
    -- Of the last row.
    seq integer not null,
    hash blob not null,
    -- Of the last row that was dropped.
    dropped_seq integer not null,
    dropped_hash blob not null
) strict;
