# Other systems that are followed (the operator's status page).
trouble-source-silent = { $source } has not been heard, { NUMBER($failures) } times in a row: what it adds or takes back does not arrive here.
trouble-source-silent-todo = It is tried again by itself. Why: { $why }.
trouble-source-skipped = { $count ->
    [one] One record of { $source } could not be read and was left out; the others are protected.
   *[other] { NUMBER($count) } records of { $source } could not be read and were left out; the others are protected.
}
trouble-source-skipped-todo = The last: { $last }. Tell whoever runs that system.
trouble-source-refused = { $count ->
    [one] { $source } refused one outcome.
   *[other] { $source } refused { NUMBER($count) } outcomes.
}
trouble-source-refused-todo = Why: { $why }. They are not sent again.
