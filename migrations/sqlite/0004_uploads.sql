-- Files that people sent sealed: parts that the hotline's key alone opens; see docs/design/0011. Nothing here says whose a
-- file is: that stands in a sealed draft or a sealed item.

create table uploads (
    -- Random.
    id blob primary key check (length(id) = 16),
    -- How many parts lie here, and their bytes together.
    parts integer not null,
    bytes integer not null,
    -- 0 while it belongs to a draft at most, 1 in a case.
    sent integer not null,
    -- Rounded up: to the hour in a draft, to the day in a case.
    ends_at integer not null
) strict, without rowid;
create index uploads_by_end on uploads (ends_at);

create table upload_parts (
    upload_id blob not null references uploads (id),
    position integer not null,
    sealed blob not null,
    primary key (upload_id, position)
) strict;
