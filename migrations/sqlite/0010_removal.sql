-- Notices to platforms; see docs/design/0018. Nothing here says whose a notice is: that stands in a sealed item of a case.

create table crises (
    -- Random.
    id blob primary key check (length(id) = 16),
    -- Name, who opened, who confirmed, under the node key.
    sealed blob not null,
    -- One bit a criterion that was ticked.
    criteria integer not null,
    opened_at integer not null,
    -- In force from here; null while one person alone wants it.
    confirmed_at integer,
    ends_at integer,
    -- When somebody ended it, or the debrief was written.
    closed_at integer
) strict, without rowid;

create table notices (
    -- Random: a time in it would tell what was worked on together.
    id blob primary key check (length(id) = 16),
    platform text not null,
    regime text not null,
    class integer not null,
    state integer not null,
    channel integer not null,
    urls integer not null,
    -- Addresses, reasons, names, the text, who drafted and approved, under the node key; null once forgotten.
    sealed blob,
    -- SHA-256 of the text; null until it is approved.
    digest blob,
    -- To whom by API.
    partner_id blob references partners (id),
    crisis_id blob references crises (id),
    -- Both to the hour.
    drafted_at integer not null,
    approved_at integer,
    -- What the law counts, to the microsecond.
    sent_at integer,
    deadline_at integer,
    acknowledged_at integer,
    closed_at integer,
    -- Why it was kept.
    reason integer,
    reminders integer not null,
    checks integer not null,
    reposts integer not null,
    escalations integer not null,
    -- What is to be done next, and when.
    due integer not null,
    due_at integer
) strict, without rowid;
create index notices_by_due on notices (due, due_at) where due_at is not null;
create index notices_by_state on notices (state, deadline_at, id);
create index notices_by_platform on notices (platform, state);
create index notices_by_partner on notices (partner_id, sent_at, id) where partner_id is not null;
create index notices_by_crisis on notices (crisis_id) where crisis_id is not null;
create index notices_to_forget on notices (closed_at) where sealed is not null and closed_at is not null;

-- One row an event, chained: link = SHA-256(link before, row).
create table notice_log (
    seq integer primary key check (seq >= 1),
    notice_id blob not null references notices (id),
    at integer not null,
    kind integer not null,
    detail integer not null,
    -- With an approval, of what text.
    digest blob,
    link blob not null check (length(link) = 32)
) strict;
create index notice_log_by_notice on notice_log (notice_id, seq);

create table notice_head (
    one integer primary key check (one = 1),
    seq integer not null,
    link blob not null check (length(link) = 32)
) strict;

create table notice_counts (
    platform text not null,
    regime text not null,
    class integer not null,
    -- Months since 1970.
    month integer not null,
    measure integer not null,
    -- Whole hours, or a reason.
    value integer not null,
    amount integer not null,
    primary key (month, platform, regime, class, measure, value)
) strict, without rowid;

create table notice_outbox (
    -- A notice, or with purpose 5 a partner.
    about blob not null check (length(about) = 16),
    purpose integer not null,
    is_urgent integer not null,
    due_at integer not null,
    -- Whoever moves it from where it was read may send.
    next_at integer not null,
    tries integer not null,
    -- Attempts that may have come through.
    doubts integer not null,
    given_up_at integer,
    -- What the far side answered last, or 0 for nothing.
    code integer not null,
    primary key (about, purpose)
) strict, without rowid;
create index notice_outbox_by_next on notice_outbox (is_urgent, next_at) where given_up_at is null;

create table platform_settings (
    key text primary key,
    partner_id blob references partners (id),
    data text not null,
    updated_at integer not null
) strict, without rowid;

create table partner_webhooks (
    partner_id blob primary key references partners (id),
    url text not null,
    set_at integer not null,
    -- Up to which change of the bank it was woken.
    woken_seq integer not null
) strict, without rowid;
