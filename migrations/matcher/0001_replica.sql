-- A matcher's own file: which nodes it follows, how far it has got, what it holds of each, what it still has to say.
-- Fingerprints are sealed with the matcher's own key. Instants are integer microseconds UTC.

create table matcher (
    one integer primary key check (one = 1),
    key_check blob not null check (length(key_check) = 16),
    created_at integer not null
) strict;

create table upstreams (
    id integer primary key,
    url text not null unique,
    -- Where the feed goes on; null: a snapshot is needed, or under way.
    cursor integer,
    -- A snapshot under way: its number and the last entry received.
    snapshot_seq integer,
    snapshot_after blob,
    agreement text,
    -- Rises with each snapshot begun. Rows of an earlier generation that the snapshot and the feed after it did not
    -- bring again go once the feed has caught up (`sweep`).
    generation integer not null default 0,
    sweep integer not null default 0,
    -- When a snapshot was last received whole; null: what is held may lack entries.
    loaded_at integer,
    -- When the node was last heard.
    heard_at integer,
    -- Entries left out since the last snapshot began, because they could not be read.
    skipped integer not null default 0
) strict;

create table held (
    upstream_id integer not null references upstreams (id),
    entry_id blob not null check (length(entry_id) = 16),
    generation integer not null,
    sealed blob not null,
    primary key (upstream_id, entry_id)
) strict, without rowid;

-- Entries that were held and went: outcomes about them still find their node.
create table gone (
    upstream_id integer not null references upstreams (id),
    entry_id blob not null check (length(entry_id) = 16),
    gone_at integer not null,
    primary key (upstream_id, entry_id)
) strict, without rowid;
create index gone_by_time on gone (gone_at);

create table outbox (
    id blob primary key check (length(id) = 16),
    upstream_id integer not null references upstreams (id),
    outcome text not null,
    queued_at integer not null,
    -- Why the node did not take it; null: still to be sent.
    refused text
) strict;
create index outbox_by_upstream on outbox (upstream_id, queued_at, id) where refused is null;
