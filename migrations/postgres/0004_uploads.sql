-- Files that people sent sealed: parts that the hotline's key alone opens; see docs/design/0011. Nothing here says whose a
-- file is: that stands in a sealed draft or a sealed item.

create table uploads (
    -- Random.
    id bytea primary key check (length(id) = 16),
    -- How many parts lie here, and their bytes together.
    parts bigint not null,
    bytes bigint not null,
    -- 0 while it belongs to a draft at most, 1 in a case.
    sent bigint not null,
    -- Rounded up: to the hour in a draft, to the day in a case.
    ends_at bigint not null
);
create index uploads_by_end on uploads (ends_at);

create table upload_parts (
    upload_id bytea not null references uploads (id),
    position bigint not null,
    sealed bytea not null,
    primary key (upload_id, position)
);
