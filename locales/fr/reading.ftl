### `/p/5` : la liste de lecture. Les textes sont dans web/data/reading.toml.

reading-title = À lire
reading-lead = Des pages courtes. Tu peux les imprimer, ou les montrer à quelqu’un.
    .vous = Des pages courtes. Vous pouvez les imprimer, ou les montrer à quelqu’un.
reading-young = Pour toi
    .vous = Pour les jeunes
reading-parents = Pour les parents
reading-teachers = Pour les enseignants
reading-minutes = { $minutes ->
    [one] une minute
   *[other] { $minutes } minutes
  }
reading-licence = Écrit par { $owner }. Tu peux copier cette page et la passer, avec le nom de qui l’a écrite ({ $licence }).
    .vous = Écrit par { $owner }. Vous pouvez copier cette page et la transmettre, avec le nom de qui l’a écrite ({ $licence }).
reading-back = Toutes les pages à lire
reading-next = Tu veux agir ?
    .vous = Vous voulez agir ?
reading-start = Commencer : une question à la fois
