-- Which entries changed since the index over them was last kept, so that a matcher that was killed can read that index and
-- put in what came since.

create table changed (
    upstream_id integer not null references upstreams (id),
    entry_id blob not null check (length(entry_id) = 16),
    -- The number of the feed that brought it, or took it away.
    seq integer not null,
    primary key (upstream_id, entry_id)
) strict, without rowid;

-- Names the snapshot that what is held began with; an index is of one.
alter table upstreams add column mark blob;
-- From which number on all changes are noted; null: none are.
alter table upstreams add column noted_from integer;

update upstreams set mark = randomblob(16), noted_from = cursor where cursor is not null;
