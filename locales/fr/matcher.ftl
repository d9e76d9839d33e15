### La page d’état du réplica d’une plateforme.

matcher-title = État du réplica
matcher-room = réplica
matcher-nodes = Nœuds
matcher-nodes-note = Dans l’ordre des réglages. Ce qui est gardé d’un nœud qu’on n’entend plus sert pendant { $time }, puis plus.
matcher-node = Nœud
matcher-in-force = En vigueur ici
matcher-of = sur { NUMBER($head) } à la dernière écoute
matcher-heard = entendu { $ago }
matcher-outcomes = Suites à envoyer
matcher-waiting = { $count ->
    [0] aucune
   *[other] { $count }
}
matcher-outcomes-refused = { $count ->
    [0] aucune refusée
    [one] une refusée
   *[other] { $count } refusées
}
matcher-tag-loading = Non chargé
matcher-tag-unused = Trop ancien
matcher-tag-cut-off = Coupé
matcher-tag-heard = Entendu
matcher-not-loaded = Rien de complet n’a encore été reçu de { $node }.
matcher-not-loaded-todo = D’ici là, les recherches reçoivent la réponse 503, pour que rien ne soit manqué. Si cela dure, vérifiez l’adresse et la clé ; le tableau dit ce qui a échoué.
matcher-too-stale = { $node } ne répond plus depuis { $time } : plus que les { $limit } permis.
matcher-too-stale-todo = Ce qui en est gardé ne sert plus, et les recherches reçoivent la réponse 503. Rétablissez la liaison, ou voyez avec l’exploitant du nœud.
matcher-revoked = { $node } dit que la clé de ce réplica n’ouvre plus rien, depuis { $time }.
matcher-revoked-todo = Ce qui est gardé sert encore un temps. Demandez une nouvelle clé à l’exploitant du nœud.
matcher-cut-off = { $node } ne répond plus depuis { $time }.
matcher-cut-off-todo = Ce qui est gardé est encore reconnu ; ce qui y a été ajouté ou retiré depuis n’est pas connu ici. De nouveaux essais se font d’eux-mêmes ; si cela dure, vérifiez le réseau.
matcher-refused = { $count ->
    [one] { $node } a refusé une suite.
   *[other] { $node } a refusé { $count } suites.
}
matcher-refused-todo = Elle ne sera pas renvoyée ; le journal dit pourquoi. La personne concernée n’en est pas informée.
matcher-skipped = { $count ->
    [one] Une entrée de { $node } était illisible et a été laissée de côté.
   *[other] { $count } entrées de { $node } étaient illisibles et ont été laissées de côté.
}
matcher-skipped-todo = Le nœud est peut-être plus récent que ce réplica : mettez celui-ci à jour.
matcher-polling = Le flux continu de { $node } ne passe pas ; le fil est demandé page par page.
matcher-polling-todo = Un mandataire entre les deux le retient peut-être. Les changements arrivent quand même, un peu plus tard.
matcher-sources = Autres systèmes
matcher-sources-note = Ce réplica lit lui-même ces listes. Ce qui est gardé d’une liste qu’on n’entend plus sert pendant { $time }, puis plus.
matcher-source = Système
matcher-source-whole = Lu jusqu’au bout
