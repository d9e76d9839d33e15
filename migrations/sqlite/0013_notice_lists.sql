-- Each list of notices is read along an index, in its own order and no further than its page: measured with a million of them.

drop index notices_by_state;
drop index notices_by_due;
drop index notices_by_platform;
drop index notices_by_partner;
drop index notices_by_crisis;
create index notices_by_state on notices (state, id, channel);
-- The sum keeps SQLite, which knows no numbers of rows, from the index by state: what is late would be sorted for each page.
create index notices_waiting on notices (deadline_at, id, state) where state + 0 in (2, 3);
create index notices_by_due on notices (due, due_at, id) where due_at is not null;
create index notices_by_platform on notices (platform, state, id);
create index notices_by_partner on notices (partner_id, id) where sent_at is not null;
create index notices_owed on notices (partner_id, id) where sent_at is not null and state in (2, 3);
create index notices_by_crisis on notices (crisis_id, id) where crisis_id is not null;
