-- The desk: what is to be decided, by whom it is held, and counts that name nobody. See docs/design/0017.

create table work (
    -- Of a case its own id; of a dispute the entry's.
    id blob primary key check (length(id) = 16),
    -- 0 case, 1 dispute, 2 appeal.
    kind integer not null,
    class integer not null,
    -- 0..=3.
    danger integer not null,
    online integer not null,
    -- How many platforms met it, in steps: 0, 1, 2 to 4, 5 and more.
    spread integer not null,
    -- To the hour.
    due_at integer not null,
    -- All of the above as one number: what is first in the queue has the least.
    place integer not null,
    -- 0 first look, 1 second look, 2 a lead, 3 an answer, 4 waits for the person, 5 nothing is to be done.
    stage integer not null,
    taken_by blob,
    lease_until integer not null,
    skips integer not null
) strict, without rowid;
create index work_by_place on work (stage, place, id);
create index work_by_holder on work (taken_by, lease_until) where taken_by is not null;

-- What was said of a case: sealed with its key; of an entry with the node's.
create table verdicts (
    work_id blob not null references work (id),
    -- 1 first, 2 second, 3 lead.
    look integer not null,
    by_id blob not null,
    sealed blob not null,
    primary key (work_id, look)
) strict, without rowid;

-- Who was given a sharp region of a file of it, and for how long; gone once it is decided.
create table sights (
    work_id blob not null references work (id),
    staff_id blob not null,
    seconds integer not null,
    primary key (work_id, staff_id)
) strict, without rowid;

-- What our own desk said of an entry last.
create table decisions (
    entry_id blob primary key check (length(entry_id) = 16),
    code text not null,
    looks integer not null,
    -- The first moment of its month.
    month integer not null
) strict, without rowid;

create table desk_counts (
    day integer not null,
    measure integer not null,
    number integer not null,
    primary key (day, measure)
) strict, without rowid;

-- What first and second looks said, for how far they agree.
create table agreements (
    month integer not null,
    first text not null,
    second text not null,
    number integer not null,
    primary key (month, first, second)
) strict, without rowid;

-- What a person saw sharp on a day of the hotline's zone.
create table exposure (
    staff_id blob not null,
    day integer not null,
    seconds integer not null,
    -- Since the last break.
    since_break integer not null,
    break_until integer not null,
    primary key (staff_id, day)
) strict, without rowid;
create index exposure_by_day on exposure (day);

-- What a person does not want to be given on a day.
create table opt_outs (
    staff_id blob not null,
    category integer not null,
    primary key (staff_id, category)
) strict, without rowid;

-- Answers that leads changed; the others are in the program.
create table desk_answers (
    name text not null,
    language text not null,
    voice text not null,
    text text not null,
    primary key (name, language, voice)
) strict, without rowid;

-- Cases that are open now: as `casework::place` works it out.
insert into work (id, kind, class, danger, online, spread, due_at, place, stage, taken_by, lease_until, skips)
    select id, 0, class, danger, online, 0, due_at,
        (((3 - danger) * 2 + class) * 2 + (1 - online)) * 67108864 + (due_at / 3600000000) * 4 + 3,
        case when waits_for = 1 then 0 else 4 end, null, 0, 0
    from (select id, class, waits_for, case when urgency = 3 then 3 else 1 end as danger,
        case when urgency = 2 then 1 else 0 end as online, created_at + 86400000000 as due_at
        from cases where ended = 0) as open_cases;
