### Vérification de l’âge : la porte d’un site, ses refus, les pages d’un vérificateur.

age-contact = Écrire à quelqu’un

## La porte

age-gate-title = { NUMBER($age) } ans ou plus
age-gate-lead = Ce qui se trouve derrière cette page s’adresse aux personnes de { NUMBER($age) } ans ou plus. Avant d’en voir quoi que ce soit, prouvez que vous les avez. Cela prend un instant.
age-gate-site = Ce site apprend que vous avez { NUMBER($age) } ans ou plus. Ni votre nom, ni votre âge, ni votre date de naissance, ni la façon dont vous l’avez prouvé.
age-gate-provider = Celui qui vérifie votre âge n’apprend pas que vous êtes ici. Il n’est pas contacté maintenant.
age-gate-again = La prochaine fois, ce site ne pourra pas savoir que vous êtes déjà venu.
age-gate-prove = Prouver que j’ai { NUMBER($age) } ans ou plus
age-gate-other-device = Mes preuves sont sur un autre appareil
age-gate-honest = Comme tous les sites, celui-ci voit l’adresse réseau d’où vous venez.

## Le carré pour un autre appareil

age-handoff-title = Prouver avec un autre appareil
age-handoff-lead = Lisez ce carré avec l’appareil qui garde vos preuves. Cette page continue d’elle-même.
age-handoff-square = Un carré qui contient la question de ce site, à lire avec un appareil photo
age-handoff-waiting = En attente. Cette page regarde de nouveau toutes les { NUMBER($seconds) } secondes.
age-handoff-yours = Celui qui répond à ce carré fait entrer le navigateur qui le montre. Lisez-le seulement avec votre propre appareil, et ne répondez pas à un carré que quelqu’un vous envoie.
age-handoff-here = Mes preuves sont dans ce navigateur
age-handoff-link = Le même en lien
age-handed-title = C’est fait
age-handed-lead = La page sur votre autre appareil continue maintenant. Vous pouvez fermer celle-ci.

## Refus

age-refused-title = L’entrée vous est refusée pour l’instant
age-refused-nobody = Cela ne dit rien de vous : un programme a vérifié des nombres, et personne ne sait de qui ils venaient. Rien n’a été gardé.
age-refused-unreadable = Ce qui est arrivé n’est pas une preuve, ou a été modifié en chemin.
age-refused-spent = Cette preuve a déjà servi ici. Chacune sert une fois.
age-refused-too-late = La question de ce site a été posée il y a plus de dix minutes, ou par un autre site.
age-refused-other-age = Cette preuve porte sur un autre âge que celui que ce site demande.
age-refused-not-of-now = Cette preuve n’est pas de ces semaines-ci, ou vient d’un émetteur que ce site ne connaît pas.
age-refused-not-held = Cette preuve appartient à un autre navigateur ou à un autre appareil.
age-refused-unknown = Le site ne peut pas dire en ce moment si la preuve a déjà servi, et alors il ne laisse entrer personne. Votre preuve compte peut-être comme utilisée. Réessayez dans une minute.
age-refused-again = Réessayer
age-refused-other = D’autres façons de le prouver
age-refused-other-more = Vous choisissez comment, et ce site n’apprend pas quelle façon vous avez choisie. Il en existe sans document et sans téléphone.
age-refused-wallet = Choisir une autre façon
age-refused-contest = Si vous pensez que c’est une erreur
age-refused-contest-more = Une personne regarde. Vous n’avez pas à dire qui vous êtes.

## Un vérificateur : les façons

age-over = { NUMBER($age) } ans ou plus
age-choose-title = Comment voulez-vous prouver votre âge ?
age-choose-lead = Choisissez une façon. Cela se fait une fois de temps en temps, pas pour chaque site. Celui qui vérifie ici n’apprend jamais quels sites vous visitez, et aucun site n’apprend comment vous l’avez prouvé.
age-choose-take = Choisir cette façon
age-way-others = Voir toutes les façons
age-way-go = Continuer
age-onward-title = La suite
age-onward-site = Voici bientôt une page de { $host }.
age-onward-application = La suite se passe dans votre application, sur cet appareil.
age-onward-wait = Si rien ne s’ouvre, appuyez sur le bouton.
age-way-transitional = Cette façon n’est admise que pour un temps : une carte montre que quelqu’un a une carte, guère qu’il est majeur.
age-way-retains-nothing = Rien n’en est gardé.
age-way-retains-digest = Ce que vous montrez n’est pas gardé. Un nombre d’où l’on ne peut rien tirer reste 90 jours, pour qu’une même preuve ne serve pas à mille personnes.
age-way-told-nobody = Personne d’autre ne l’apprend.
age-way-told-provider = Celui qui tient votre compte apprend qu’un âge a été demandé, pas pourquoi.
age-way-level-asserted = Fiabilité : quelqu’un l’affirme.
age-way-level-standard = Fiabilité : un indice.
age-way-level-enhanced = Fiabilité : vérifié à la source.
age-way-level-strict = Fiabilité : vérifié à la source, et lié à vous.
age-way-code = Un code qu’on vous a remis
age-way-code-what = Une école, une mairie ou un commerce qui vous a vu vous a remis un code sur papier. Tapez-le ici. Il sert une fois.
age-way-parent = Un parent se porte garant d’un enfant
age-way-parent-what = Un parent qui a prouvé qu’il a 18 ans ou plus dit dans quelle tranche d’âge est son enfant. Il faut le bon du parent ; il reste au parent.
age-way-account = Un compte qui connaît votre date de naissance
age-way-account-what = Vous vous y connectez. Seule votre date de naissance est demandée, et elle est oubliée ici aussitôt.
age-way-wallet = Une preuve d’âge de votre portefeuille européen
age-way-wallet-what = Votre application montre que vous avez l’âge, et rien d’autre.
age-way-chip = La puce de votre passeport ou de votre carte d’identité
age-way-chip-what = Une application a lu deux fichiers de la puce. Donnez les deux : la signature de l’État est vérifiée, votre date de naissance est lue, et les deux sont oubliés aussitôt.
age-way-card = Une carte bancaire
age-way-card-what = Votre banque confirme que la carte est à vous, avec sa propre deuxième étape. Rien n’est payé. Vérifiez dans l’application de votre banque que le montant est nul ; votre banque ne demande jamais votre code ici.
age-field-code = Le code
age-field-voucher = Le bon du parent
age-field-bracket = L’âge de l’enfant
age-field-sod = Le fichier EF.SOD
age-field-dg1 = Le fichier EF.DG1

age-not-title = Votre âge n’a pas pu être confirmé
age-not-kept = Rien de ce que vous avez montré n’a été gardé.
age-not-unreadable = Ce qui est arrivé n’est pas ce que cette façon demande.
age-not-too-young = C’est lisible, et n’atteint aucun des âges que l’on peut prouver ici.
age-not-too-often = Cela a déjà servi autant de fois que permis.
age-not-provider = Celui qui tient votre compte ou votre carte ne l’a pas confirmé. Réessayez plus tard, ou d’une autre façon.
age-not-confirmed = Cela n’a pas pu être confirmé : personne de reconnu ici ne l’a signé, c’est périmé, ou cela a déjà servi.
