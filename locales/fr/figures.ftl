### `/p/7` : ce qu’ont donné les moments d’urgence, en chiffres.

figures-title = Les moments d’urgence, en chiffres
figures-lead = Parfois, une image ou un film se répand très vite. Alors deux d’entre nous peuvent décider ensemble : cela passe en premier, pendant un jour. Quand c’est fini, nous disons ici ce que cela a donné.
figures-what = Nous comptons ce que nous avons demandé aux plateformes de retirer. Aucun nom, aucune page, aucune plateforme n’est écrite ici : personne ne peut savoir que c’est toi.
    .vous = Nous comptons ce que nous avons demandé aux plateformes de retirer. Aucun nom, aucune page, aucune plateforme n’est écrite ici : personne ne peut savoir que c’est vous.
figures-empty = Ce n’est pas encore arrivé. Si cela arrive, les chiffres seront ici.
figures-from-to = Du { $from } au { $until }
figures-in-force = { $hours ->
    [one] C’est passé en premier pendant une heure.
   *[other] C’est passé en premier pendant { NUMBER($hours) } heures.
  }
figures-few = Nous avons demandé moins de { NUMBER($small) } fois. De si peu, nous n’en disons pas plus, pour que personne ne soit reconnu.
figures-sent = Demandes aux plateformes
figures-removed = Retirées
figures-geo-blocked = Cachées dans certains pays seulement
figures-refused = Laissées en ligne par la plateforme
figures-reposted = Retirées, puis revenues
figures-waiting = Pas encore de réponse
figures-withdrawn = Reprises par nous
figures-median = La moitié de ce qui a été retiré l’a été en moins de
figures-hours = { $hours ->
    [one] une heure
   *[other] { NUMBER($hours) } heures
  }
figures-left-out = non montré
figures-how = Comment nous comptons
figures-how-small = Un nombre plus petit que { NUMBER($small) } pourrait dire quelque chose d’une seule personne : nous ne le montrons pas, sauf si c’est 0. Parfois nous laissons de côté un nombre de plus, pour que personne ne puisse le calculer.
figures-how-withdrawn = Nous reprenons une demande quand nous nous sommes trompés, ou quand la personne n’en veut plus.
figures-how-hour = Nous comptons une fois par heure. Une réponse qui vient plus tard change encore les chiffres.
