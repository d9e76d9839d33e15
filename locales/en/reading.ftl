### `/p/5`: the reading list. What is read is in web/data/reading.toml.

reading-title = Good to read
reading-lead = Short pages. You can print them, or show them to somebody.
reading-young = For you
reading-parents = For parents
reading-teachers = For teachers
reading-minutes = { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
  }
reading-licence = Written by { $owner }. You may copy it and pass it on, with the name of who wrote it ({ $licence }).
reading-back = All pages to read
reading-next = Do you want to do something about it?
reading-start = Start: one question at a time
