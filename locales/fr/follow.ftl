# Les autres systèmes suivis (page d’état de l’exploitant).
trouble-source-silent = { $source } n’est plus entendu, { NUMBER($failures) } fois de suite : ce qu’il ajoute ou retire n’arrive pas ici.
trouble-source-silent-todo = Les essais continuent d’eux-mêmes. Raison : { $why }.
trouble-source-skipped = { $count ->
    [one] Une fiche de { $source } est illisible et a été laissée de côté ; les autres sont protégées.
   *[other] { NUMBER($count) } fiches de { $source } sont illisibles et ont été laissées de côté ; les autres sont protégées.
}
trouble-source-skipped-todo = La dernière : { $last }. Prévenez l’exploitant de ce système.
trouble-source-refused = { $count ->
    [one] { $source } a refusé une suite donnée.
   *[other] { $source } a refusé { NUMBER($count) } suites données.
}
trouble-source-refused-todo = Raison : { $why }. Elles ne seront pas renvoyées.
