### The operator's status page.

status-title = How this node stands
status-room = operator
status-as-of = As of
status-still = Nothing here moves by itself.
status-reload = Load it again
status-metrics = Metrics for Prometheus
status-ready = Ready or not

## What is wrong. Each first sentence says what happened, its -todo what to do.

trouble-none = Nothing is wrong that this node can see.
trouble-heading = { $count ->
    [one] One thing needs you
   *[other] { $count } things need you
}
trouble-loading = The bank is being loaded: change { NUMBER($applied) } of { NUMBER($head) }.
trouble-loading-todo = Until it is there, match questions are answered 503, so that nothing is missed. Contributions and the feed work. There is nothing to do but wait.
trouble-index-fails = { $times ->
    [one] The index could not follow the changes.
   *[other] The index could not follow the changes, { $times } times in a row.
}
trouble-index-fails-todo = Answers to match questions may miss the newest entries. The log says why, under “the live index cannot follow the changes”; it is tried again every second.
trouble-index-late = { $changes ->
    [one] The index lacks one change, for { $time }.
   *[other] The index lacks { $changes } changes, the oldest for { $time }.
}
trouble-index-late-todo = Answers to match questions here miss the newest entries. If it does not catch up, the machine is too busy or its disk too slow.
trouble-ahead = { $partner } says it has applied change { NUMBER($seq) } (key { $key }), which this node has never written.
trouble-ahead-todo = This node was restored from an older backup, or the key is used with another node. Ask them to take a new snapshot.
trouble-silent = { $changes ->
    [one] { $partner } has never acknowledged anything (key { $key }): one change has been waiting for { $time }.
   *[other] { $partner } has never acknowledged anything (key { $key }): { $changes } changes are waiting, the oldest for { $time }.
}
trouble-silent-todo = People protected here are not known to be protected there. Either its matcher was never started, or it does not say what it has applied: ask them.
trouble-late = { $changes ->
    [one] { $partner } is late (key { $key }): one change has been waiting for { $time }.
   *[other] { $partner } is late (key { $key }): { $changes } changes are waiting, the oldest for { $time }.
}
trouble-late-todo = What was added meanwhile is not protected there, and what was withdrawn is still matched. Its matcher is cut off, stopped or too slow: ask them to look.
trouble-ended = { $partner } hears of nothing new: its last key for following ended on { $date }.
trouble-ended-todo = Give it a new key, or revoke it if it has left.
trouble-ending = The key { $key } of { $partner } ends in { $time }.
trouble-ending-todo = Give it a new key before that, so that nothing is missed.

## The bank and its index

bank-heading = The bank
bank-last = Last change
bank-none = none yet
bank-partners = Partners
bank-partners-revoked = { $count ->
    [0] none revoked
    [one] and one revoked
   *[other] and { $count } revoked
}
bank-database = Database
index-through = The index holds up to
index-current = all of it
index-behind = { $count ->
    [one] one change behind
   *[other] { $count } changes behind
}
index-entries = Entries that match
index-fingerprints = { NUMBER($hashes) } PDQ, { NUMBER($digests) } exact
index-memory = Memory of the search
index-memory-note = hashes alone, without the list of entries
ago = { $time } ago

## Partners

partners-heading = Partners
partners-empty = No partner yet. Each will be here with its keys and how far it has got. Add one with
partners-order = What needs you first, then by name. A key is late when a change has waited more than { NUMBER($seconds) } seconds for its word that it is in force.
column-partner = Partner
column-state = State
column-behind = Behind
column-acknowledged = Acknowledged
column-key = Key
column-agreement = Agreement
standing-ahead = Ahead
standing-silent = Never heard
standing-late = Late
standing-ended = Key ended
standing-following = Following
standing-up-to-date = Up to date
standing-other = Does not follow
standing-no-key = No key
standing-revoked = Revoked
lag-changes = { $count ->
    [one] one change
   *[other] { $count } changes
}
acknowledged = change { NUMBER($seq) }
acknowledged-never = never
key-until = until
key-revoked = revoked
key-no-end = until revoked
scope-contribute = contribute
scope-follow = follow
scope-match = match
scope-outcome = outcomes
sees-minor = sees minors from { $tier }
sees-adult = sees adults from { $tier }
agreement-nothing = nothing
gives-minor = gives minors up to { $tier }
gives-adult = gives adults up to { $tier }

## Entries

entries-heading = Entries
entries-empty = No entry yet. They will be counted here by class, tier and status.
entries-note = By class of the person and by how many analysts looked. Withdrawn ones hold no fingerprint any more.
entries-all = All
column-class = Class and tier
class-minor = Minor
class-adult = Adult
tier-reported = reported
tier-verified = verified
tier-confirmed = confirmed
status-active = Active
status-disputed = Disputed
status-withdrawn = Withdrawn

## Outcomes

outcomes-heading = Outcomes
outcomes-empty = No outcome yet. What partners say they did about copies will be counted here.
outcomes-note = What partners say they did, since the beginning; each report once.
column-outcome = What was done
column-reports = Reports
outcome-seen = Seen, not decided
outcome-blocked = Upload stopped
outcome-removed = Taken down
outcome-kept = Left, with a reason
outcome-mistaken = Wrong match
