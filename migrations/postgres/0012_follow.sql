-- Following other systems: sources, what each of their records became here, what partners did about them.

-- 0: somebody with keys, or the node itself. 1: a source whose entries are passed on. 2: one whose entries no partner sees.
alter table partners add column source bigint not null default 0;

create table sources (
    -- The contributor that its entries belong to.
    id bytea primary key references partners (id),
    kind text not null,
    url text not null,
    -- Credentials, sealed with the node's key.
    sealed bytea not null,
    -- The class of its entries; null: each says it.
    class bigint,
    tier bigint not null,
    pass_on bigint not null,
    every_seconds bigint not null,
    -- Where to go on; null: at the beginning.
    cursor text,
    -- Rises with each reading from the beginning. Records of an earlier one go once a later one is whole.
    generation bigint not null default 0,
    -- Rises with each page written: of two that follow at once, one notices.
    step bigint not null default 0,
    -- Not to be asked before; also a claim while somebody asks it.
    due_at bigint not null,
    created_at bigint not null,
    heard_at bigint,
    complete_at bigint,
    trouble text,
    failures bigint not null default 0,
    skipped bigint not null default 0,
    last_skipped text,
    removing bigint not null default 0
);

create table followed (
    source_id bytea not null references sources (id),
    -- Keyed digest of the record's name there, which may be the hash.
    record bytea not null check (length(record) = 32),
    entry_id bytea not null references entries (id),
    generation bigint not null,
    -- What it is called there when something goes back, sealed.
    sealed bytea not null,
    primary key (source_id, record)
);
create index followed_by_entry on followed (entry_id);

create table feedback (
    partner_id bytea not null,
    outcome_id bytea not null check (length(outcome_id) = 16),
    source_id bytea not null references sources (id),
    entry_id bytea not null,
    kind bigint not null,
    reason bigint,
    copies bigint not null,
    done_at bigint not null,
    queued_at bigint not null,
    -- Why the source did not take it; null: still to be sent.
    refused text,
    primary key (partner_id, outcome_id)
);
create index feedback_waiting on feedback (source_id, queued_at) where refused is null;
