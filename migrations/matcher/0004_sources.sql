-- Other systems that a matcher follows by itself. The first four tables are those of a node, less what only a node needs: the
-- same follower works on both.

-- Whom entries are from: here each is a source.
create table partners (
    id blob primary key check (length(id) = 16),
    name text not null unique
) strict, without rowid;

create table sources (
    id blob primary key references partners (id),
    kind text not null,
    url text not null,
    -- Credentials, sealed with the matcher's key.
    sealed blob not null,
    -- The class of its entries; null: each says it.
    class integer,
    tier integer not null,
    -- Always 0: a matcher passes nothing on.
    pass_on integer not null,
    every_seconds integer not null,
    -- Where to go on; null: at the beginning.
    cursor text,
    -- Rises with each reading from the beginning. Records of an earlier one go once a later one is whole.
    generation integer not null default 0,
    -- Rises with each page written: of two that follow at once, one notices.
    step integer not null default 0,
    -- Not to be asked before; also a claim while somebody asks it.
    due_at integer not null,
    created_at integer not null,
    heard_at integer,
    complete_at integer,
    trouble text,
    failures integer not null default 0,
    skipped integer not null default 0,
    last_skipped text,
    removing integer not null default 0
) strict;

create table followed (
    source_id blob not null references sources (id),
    -- Keyed digest of the record's name there, which may be the hash.
    record blob not null check (length(record) = 32),
    entry_id blob not null,
    generation integer not null,
    -- What it is called there when something goes back, sealed.
    sealed blob not null,
    primary key (source_id, record)
) strict, without rowid;
create index followed_by_entry on followed (entry_id);

create table feedback (
    -- Always zeros: whatever is reported here, this platform reports.
    partner_id blob not null,
    outcome_id blob not null check (length(outcome_id) = 16),
    source_id blob not null references sources (id),
    entry_id blob not null,
    kind integer not null,
    reason integer,
    copies integer not null,
    done_at integer not null,
    queued_at integer not null,
    -- Why the source did not take it; null: still to be sent.
    refused text,
    primary key (partner_id, outcome_id)
) strict, without rowid;
create index feedback_waiting on feedback (source_id, queued_at) where refused is null;

-- What is matched: an entry for each record, sealed as those of nodes are.
create table sourced (
    source_id blob not null references sources (id),
    entry_id blob not null check (length(entry_id) = 16),
    sealed blob not null,
    primary key (source_id, entry_id)
) strict, without rowid;
