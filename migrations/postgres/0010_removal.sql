-- Notices to platforms; see docs/design/0018. Nothing here says whose a notice is: that stands in a sealed item of a case.

create table crises (
    -- Random.
    id bytea primary key check (length(id) = 16),
    -- Name, who opened, who confirmed, under the node key.
    sealed bytea not null,
    -- One bit a criterion that was ticked.
    criteria bigint not null,
    opened_at bigint not null,
    -- In force from here; null while one person alone wants it.
    confirmed_at bigint,
    ends_at bigint,
    -- When somebody ended it, or the debrief was written.
    closed_at bigint
);

create table notices (
    -- Random: a time in it would tell what was worked on together.
    id bytea primary key check (length(id) = 16),
    platform text not null,
    regime text not null,
    class bigint not null,
    state bigint not null,
    channel bigint not null,
    urls bigint not null,
    -- Addresses, reasons, names, the text, who drafted and approved, under the node key; null once forgotten.
    sealed bytea,
    -- SHA-256 of the text; null until it is approved.
    digest bytea,
    -- To whom by API.
    partner_id bytea references partners (id),
    crisis_id bytea references crises (id),
    -- Both to the hour.
    drafted_at bigint not null,
    approved_at bigint,
    -- What the law counts, to the microsecond.
    sent_at bigint,
    deadline_at bigint,
    acknowledged_at bigint,
    closed_at bigint,
    -- Why it was kept.
    reason bigint,
    reminders bigint not null,
    checks bigint not null,
    reposts bigint not null,
    escalations bigint not null,
    -- What is to be done next, and when.
    due bigint not null,
    due_at bigint
);
create index notices_by_due on notices (due, due_at) where due_at is not null;
create index notices_by_state on notices (state, deadline_at, id);
create index notices_by_platform on notices (platform, state);
create index notices_by_partner on notices (partner_id, sent_at, id) where partner_id is not null;
create index notices_by_crisis on notices (crisis_id) where crisis_id is not null;
create index notices_to_forget on notices (closed_at) where sealed is not null and closed_at is not null;

-- One row an event, chained: link = SHA-256(link before, row).
create table notice_log (
    seq bigint primary key check (seq >= 1),
    notice_id bytea not null references notices (id),
    at bigint not null,
    kind bigint not null,
    detail bigint not null,
    -- With an approval, of what text.
    digest bytea,
    link bytea not null check (length(link) = 32)
);
create index notice_log_by_notice on notice_log (notice_id, seq);

create table notice_head (
    one bigint primary key check (one = 1),
    seq bigint not null,
    link bytea not null check (length(link) = 32)
);

create table notice_counts (
    platform text not null,
    regime text not null,
    class bigint not null,
    -- Months since 1970.
    month bigint not null,
    measure bigint not null,
    -- Whole hours, or a reason.
    value bigint not null,
    amount bigint not null,
    primary key (month, platform, regime, class, measure, value)
);

create table notice_outbox (
    -- A notice, or with purpose 5 a partner.
    about bytea not null check (length(about) = 16),
    purpose bigint not null,
    is_urgent bigint not null,
    due_at bigint not null,
    -- Whoever moves it from where it was read may send.
    next_at bigint not null,
    tries bigint not null,
    -- Attempts that may have come through.
    doubts bigint not null,
    given_up_at bigint,
    -- What the far side answered last, or 0 for nothing.
    code bigint not null,
    primary key (about, purpose)
);
create index notice_outbox_by_next on notice_outbox (is_urgent, next_at) where given_up_at is null;

create table platform_settings (
    key text primary key,
    partner_id bytea references partners (id),
    data text not null,
    updated_at bigint not null
);

create table partner_webhooks (
    partner_id bytea primary key references partners (id),
    url text not null,
    set_at bigint not null,
    -- Up to which change of the bank it was woken.
    woken_seq bigint not null
);
