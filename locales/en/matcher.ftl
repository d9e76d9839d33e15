### The status page of a platform's matcher.

matcher-title = How this matcher stands
matcher-room = matcher
matcher-nodes = Nodes
matcher-nodes-note = In the order of the settings. What is held of a node that is no longer heard is used for { $time }, then no more.
matcher-node = Node
matcher-in-force = In force here
matcher-of = of { NUMBER($head) } when last heard
matcher-heard = heard { $ago }
matcher-outcomes = Outcomes to send
matcher-waiting = { $count ->
    [0] none
   *[other] { $count }
}
matcher-outcomes-refused = { $count ->
    [0] none refused
    [one] one refused
   *[other] { $count } refused
}
matcher-tag-loading = Not loaded
matcher-tag-unused = Too old to use
matcher-tag-cut-off = Cut off
matcher-tag-heard = Heard
matcher-not-loaded = Nothing whole was received from { $node } yet.
matcher-not-loaded-todo = Match questions are answered 503 until it is, so that nothing is missed. If this stays, look at the address and the key; the table says what went wrong.
matcher-too-stale = { $node } has not been heard for { $time }: longer than the { $limit } that are allowed.
matcher-too-stale-todo = What is held of it is no longer used, and match questions are answered 503. Restore the connection, or ask the node’s operator.
matcher-revoked = { $node } says that this matcher’s key opens nothing, for { $time }.
matcher-revoked-todo = What is held is still used for a while. Ask the node’s operator for a new key.
matcher-cut-off = { $node } has not been heard for { $time }.
matcher-cut-off-todo = What is held is still matched; what was added or withdrawn there since is not known here. It is tried again by itself; if this stays, look at the network.
matcher-refused = { $count ->
    [one] { $node } refused one outcome.
   *[other] { $node } refused { $count } outcomes.
}
matcher-refused-todo = It will not be sent again; the log says why. The person concerned is not told of it.
matcher-skipped = { $count ->
    [one] One entry of { $node } could not be read and was left out.
   *[other] { $count } entries of { $node } could not be read and were left out.
}
matcher-skipped-todo = The node may be newer than this matcher: bring it up to date.
matcher-polling = The event stream of { $node } does not come through; the feed is asked for page by page.
matcher-polling-todo = A proxy between here and there may hold it back. Changes still arrive, a little later.
matcher-sources = Other systems
matcher-sources-note = This matcher reads these lists by itself. What is held of one that is no longer heard is used for { $time }, then no more.
matcher-source = System
matcher-source-whole = Last read to its end
