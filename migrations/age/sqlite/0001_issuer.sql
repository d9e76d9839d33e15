-- An issuer of age tokens: its keys, its key log, how much each voucher has used this week. See docs/design/0022. No row says who
-- or where: a voucher is a digest of a random number.

create table issuer (
    one integer primary key check (one = 1),
    name text not null,
    key_check blob not null check (length(key_check) = 16),
    -- The secret with which the log's checkpoints are signed, sealed.
    log_secret blob not null
) strict;

create table key_log (
    place integer primary key,
    entry blob not null,
    written_at integer not null
) strict;

-- Secret keys, sealed; gone with their week.
create table key_secrets (
    key_id blob primary key check (length(key_id) = 32),
    epoch integer not null,
    sealed blob not null
) strict, without rowid;

create table quotas (
    epoch integer not null,
    voucher blob not null check (length(voucher) = 32),
    threshold integer not null,
    used integer not null,
    primary key (epoch, voucher, threshold)
) strict, without rowid;

-- Batches that were counted, so that one that is sent again is not counted twice.
create table batches (
    epoch integer not null,
    digest blob not null check (length(digest) = 32),
    times integer not null,
    primary key (epoch, digest)
) strict, without rowid;
