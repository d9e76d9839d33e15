### La page d’état de l’exploitant.

status-title = État du nœud
status-room = exploitation
status-as-of = Relevé du
status-still = Rien ne bouge tout seul ici.
status-reload = Recharger
status-metrics = Mesures pour Prometheus
status-ready = Prêt ou non

## Ce qui ne va pas. La première phrase dit ce qui se passe, « -todo » dit quoi faire.

trouble-none = Tout va bien, pour autant que ce nœud puisse le voir.
trouble-heading = { $count ->
    [one] Un point demande votre attention
   *[other] { $count } points demandent votre attention
}
trouble-loading = La banque se charge : changement { NUMBER($applied) } sur { NUMBER($head) }.
trouble-loading-todo = D’ici là, les recherches reçoivent la réponse 503, pour que rien ne soit manqué. Les dépôts et le flux fonctionnent. Il n’y a qu’à attendre.
trouble-index-fails = { $times ->
    [one] L’index n’a pas pu suivre les changements.
   *[other] L’index n’a pas pu suivre les changements, { $times } fois de suite.
}
trouble-index-fails-todo = Les recherches peuvent manquer les dernières entrées. Le journal dit pourquoi, sous « the live index cannot follow the changes » ; un nouvel essai a lieu chaque seconde.
trouble-index-late = { $changes ->
    [one] Un changement manque à l’index depuis { $time }.
   *[other] { $changes } changements manquent à l’index, le plus ancien depuis { $time }.
}
trouble-index-late-todo = Ici, les recherches manquent les dernières entrées. Si le retard persiste, la machine est trop occupée ou son disque trop lent.
trouble-ahead = { $partner } dit avoir appliqué le changement { NUMBER($seq) } (clé { $key }), que ce nœud n’a jamais écrit.
trouble-ahead-todo = Ce nœud a été restauré d’une sauvegarde plus ancienne, ou la clé sert à un autre nœud. Demandez-lui de reprendre un instantané.
trouble-silent = { $changes ->
    [one] { $partner } n’a jamais rien confirmé (clé { $key }) : un changement attend depuis { $time }.
   *[other] { $partner } n’a jamais rien confirmé (clé { $key }) : { $changes } changements attendent, le plus ancien depuis { $time }.
}
trouble-silent-todo = Rien ne prouve que les personnes protégées ici le soient là-bas. Soit son réplica n’a jamais été lancé, soit il ne dit pas ce qu’il a appliqué : posez-lui la question.
trouble-late = { $changes ->
    [one] { $partner } est en retard (clé { $key }) : un changement attend depuis { $time }.
   *[other] { $partner } est en retard (clé { $key }) : { $changes } changements attendent, le plus ancien depuis { $time }.
}
trouble-late-todo = Ce qui a été ajouté entre-temps n’y est pas protégé, et ce qui a été retiré y est encore reconnu. Son réplica est coupé, arrêté ou trop lent : demandez-lui de vérifier.
trouble-ended = { $partner } n’apprend plus rien : sa dernière clé de suivi a pris fin le { $date }.
trouble-ended-todo = Donnez-lui une nouvelle clé, ou révoquez-le s’il est parti.
trouble-ending = La clé { $key } de { $partner } prend fin dans { $time }.
trouble-ending-todo = Donnez-lui une nouvelle clé avant, pour que rien ne soit manqué.

## La banque et son index

bank-heading = La banque
bank-last = Dernier changement
bank-none = aucun pour l’instant
bank-partners = Partenaires
bank-partners-revoked = { $count ->
    [0] aucun révoqué
    [one] et un révoqué
   *[other] et { $count } révoqués
}
bank-database = Base de données
index-through = L’index va jusqu’au
index-current = au complet
index-behind = { $count ->
    [one] un changement de retard
   *[other] { $count } changements de retard
}
index-entries = Entrées reconnues
index-fingerprints = { NUMBER($hashes) } PDQ, { NUMBER($digests) } exactes
index-memory = Mémoire de la recherche
index-memory-note = les empreintes seules, sans la liste des entrées
ago = il y a { $time }

## Partenaires

partners-heading = Partenaires
partners-empty = Aucun partenaire pour l’instant. Chacun figurera ici avec ses clés et son avancement. Pour en ajouter un :
partners-order = D’abord ce qui demande votre attention, puis par nom. Une clé est en retard quand un changement attend depuis plus de { NUMBER($seconds) } secondes sa confirmation.
column-partner = Partenaire
column-state = État
column-behind = Retard
column-acknowledged = Confirmé
column-key = Clé
column-agreement = Accord
standing-ahead = En avance
standing-silent = Jamais entendu
standing-late = En retard
standing-ended = Clé terminée
standing-following = Suit
standing-up-to-date = À jour
standing-other = Ne suit pas
standing-no-key = Sans clé
standing-revoked = Révoqué
lag-changes = { $count ->
    [one] un changement
   *[other] { $count } changements
}
acknowledged = changement { NUMBER($seq) }
acknowledged-never = jamais
key-until = jusqu’au
key-revoked = révoquée le
key-no-end = jusqu’à révocation
scope-contribute = dépôt
scope-follow = suivi
scope-match = recherche
scope-outcome = suites
sees-minor = reçoit mineurs dès { $tier }
sees-adult = reçoit adultes dès { $tier }
agreement-nothing = rien
gives-minor = dépose mineurs jusqu’à { $tier }
gives-adult = dépose adultes jusqu’à { $tier }

## Entrées

entries-heading = Entrées
entries-empty = Aucune entrée pour l’instant. Elles seront comptées ici par classe, niveau et statut.
entries-note = Selon la classe de la personne et le nombre d’analystes qui ont regardé. Les entrées retirées ne gardent aucune empreinte.
entries-all = Toutes
column-class = Classe et niveau
class-minor = Mineur
class-adult = Adulte
tier-reported = signalé
tier-verified = vérifié
tier-confirmed = confirmé
status-active = Actives
status-disputed = Contestées
status-withdrawn = Retirées

## Suites données

outcomes-heading = Suites données
outcomes-empty = Aucune suite pour l’instant. Ce que les partenaires disent avoir fait des copies sera compté ici.
outcomes-note = Ce que les partenaires disent avoir fait, depuis le début ; chaque compte rendu une fois.
column-outcome = Ce qui a été fait
column-reports = Comptes rendus
outcome-seen = Vue, non décidée
outcome-blocked = Envoi arrêté
outcome-removed = Retirée
outcome-kept = Laissée, avec un motif
outcome-mistaken = Fausse reconnaissance
