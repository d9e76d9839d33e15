-- The neutral e-mail alert; see docs/design/0012. Neither table says which case a row is of.

create table alerts (
    id bytea primary key check (length(id) = 16),
    -- The address, under the node key and a secret that lies in a sealed item of the case.
    sealed bytea not null,
    -- The end of a stretch of days that all cases alive then share.
    ends_at bigint not null
);
create index alerts_by_end on alerts (ends_at);

create table alert_mails (
    -- A keyed digest of the alert: one mail waits for it at a time.
    id bytea primary key check (length(id) = 16),
    -- Where to and in which language, under the node key alone; null once given up.
    sealed bytea,
    due_at bigint not null,
    -- Whoever moves it from where it was read may send the mail.
    next_at bigint not null,
    tries bigint not null,
    -- Attempts that may have come through.
    doubts bigint not null,
    given_up_at bigint,
    -- What the server answered last: three digits, or 0 for nothing.
    code bigint not null
);
create index alert_mails_by_next on alert_mails (next_at);
