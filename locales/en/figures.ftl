### `/p/7`: what came of urgent times, in numbers.

figures-title = Urgent times, in numbers
figures-lead = Sometimes a picture or a film spreads very fast. Then two of us can decide together: this comes first, for one day. When that is over, we say here what came of it.
figures-what = We count what we asked platforms to take down. No name, no page and no platform is written here, so nobody can tell that it is about you.
figures-empty = It has not happened yet. When it has, the numbers will be here.
figures-from-to = { $from } to { $until }
figures-in-force = { $hours ->
    [one] It came first for one hour.
   *[other] It came first for { NUMBER($hours) } hours.
  }
figures-few = We asked fewer than { NUMBER($small) } times. We say no more about so few, so that nobody can be recognised.
figures-sent = Requests to platforms
figures-removed = Taken down
figures-geo-blocked = Hidden in some countries only
figures-refused = Left online by the platform
figures-reposted = Taken down, and then there again
figures-waiting = No answer yet
figures-withdrawn = Taken back by us
figures-median = Half of what was taken down was gone within
figures-hours = { $hours ->
    [one] one hour
   *[other] { NUMBER($hours) } hours
  }
figures-left-out = not shown
figures-how = How we count
figures-how-small = A number below { NUMBER($small) } could tell something about one person: we do not show it, only whether it is 0. Sometimes we leave out one more number, so that nobody can work it out.
figures-how-withdrawn = We take a request back when we were wrong, or when the person no longer wants it.
figures-how-hour = We count once an hour. An answer that comes later still changes the numbers.
