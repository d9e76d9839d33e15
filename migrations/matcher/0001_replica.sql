-- A matcher's own file: which nodes it follows, how far it has got, what it holds of each, what it still has to say.
-- Fingerprints are sealed with the matcher's own key.

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
    heard_at integer
) strict;

create table held (
    upstream_id integer not null references upstreams (id),
    entry_id blob not null check (length(entry_id) = 16),
    -- The entry without fingerprints, as JSON; and its fingerprints, sealed.
    entry text not null,
    sealed blob not null,
    primary key (upstream_id, entry_id)
) strict, without rowid;

create table outbox (
    id blob primary key check (length(id) = 16),
    upstream_id integer not null references upstreams (id),
    outcome text not null,
    queued_at integer not null,
    attempts integer not null default 0,
    refused text
) strict;
create index outbox_by_upstream on outbox (upstream_id, queued_at);
