-- What other systems' clients need beside the sequence; see docs/design/0019.

-- The second that each change is told under: it never falls while the numbers rise, whatever the clock did.
create table change_seconds (
    second integer primary key,
    -- The last change told under it.
    through integer not null unique
) strict;
insert into change_seconds (second, through)
    select told.second, max(told.seq)
    from (select seq, max(at / 1000000) over (order by seq) as second from changes) as told group by told.second;

-- Sealed fingerprints of entries that were taken back: for telling lists of values, and nothing else, for 90 days.
create table farewells (
    entry_id blob not null references entries (id),
    position integer not null,
    sealed blob not null,
    ends_at integer not null,
    primary key (entry_id, position)
) strict, without rowid;
create index farewells_by_end on farewells (ends_at);

-- Which keys read the bank as another system's list, and how far.
create table dialect_readers (
    key_id blob not null references partner_keys (id),
    dialect integer not null,
    -- What it was shown when it last began from the beginning.
    agreement text not null,
    seen_at integer not null,
    -- What its last complete answer reached to.
    told_seq integer not null,
    told_second integer not null,
    primary key (key_id, dialect)
) strict, without rowid;
