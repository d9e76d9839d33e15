### `/p/1` : la confidentialité en clair. Dit ce qui est, y compris ce qui gêne.

privacy-title = Ce que devient ce que tu nous dis
privacy-short = En bref
privacy-short-name = Pas de compte, pas de nom, pas de numéro. Tu reçois six mots : c’est la seule clé.
privacy-short-picture = Tes images restent sur ton téléphone, sauf si tu décides d’en envoyer une. Seule leur empreinte en sort : une suite de chiffres.
privacy-short-locked = Ce que tu écris est verrouillé. Seuls toi et notre équipe pouvez l’ouvrir.
privacy-short-delete = Tu peux tout reprendre, quand tu veux, sans dire pourquoi.

privacy-kept = Ce qu’on garde, et jusqu’à quand
privacy-kept-draft = Les réponses que tu n’as pas encore envoyées
privacy-kept-draft-until = { $hours } heures après ton dernier clic. Jusque-là, seul ton navigateur peut les ouvrir.
privacy-kept-case = Ce que tu nous écris, et tes liens
privacy-kept-case-until = { NUMBER($days) } jours après la dernière fois que toi ou nous avons écrit ou fait quelque chose. Ta page te prévient les { $warned } derniers jours.
privacy-kept-file = Une image que tu as envoyée à notre équipe
privacy-kept-file-until = Aussi longtemps que ta demande, et un jour de plus au maximum, quand plus personne ne peut l’ouvrir. Si tu la reprends, elle est effacée tout de suite. Si tu n’envoies jamais ta demande, elle disparaît quand tu quittes, ou dans les { $hours } heures après ton dernier clic.
privacy-kept-print = Les empreintes
privacy-kept-print-until = Tant qu’elles te protègent. Si tu en reprends une, elle est retirée tout de suite et chaque plateforme est prévenue.
privacy-kept-end = Qu’un dossier a existé, et comment il s’est terminé
privacy-kept-end-until = Un an après sa fin, pour que tes six mots aient encore une réponse. Il n’y a plus rien d’autre dedans.
privacy-kept-copies = Les copies de secours, si une machine tombe en panne
privacy-kept-copies-until = Verrouillées aussi, et remplacées par de plus récentes.

privacy-locked = Comment c’est verrouillé
privacy-locked-keys = Il y a deux clés : tes six mots, et la clé de notre équipe. Tes six mots, on ne les a pas. Quelqu’un qui volerait notre machine n’aurait ni l’une ni l’autre.
privacy-locked-thief = Ce que ce voleur verrait : combien il y a de dossiers, à peu près leur longueur, s’il s’agit de quelqu’un de moins de 18 ans, et quels jours il s’est passé quelque chose. Pas de nom, pas de texte, pas de lien.

privacy-locked-file = Une image que tu envoies à notre équipe est verrouillée sur ton téléphone, avant de partir. Seule la clé de notre équipe l’ouvre ; tes six mots ne l’ouvrent pas. Ce voleur verrait combien il y a de ces fichiers, à peu près leur taille et le jour où ils s’effacent, mais pas à qui ils sont.

privacy-who = Qui le lit
privacy-who-team = Notre équipe lit tes messages et tes liens. Ce sont quelques personnes, qui ont promis par écrit de garder le silence.
privacy-who-file = Si tu envoies une image elle-même, quelques personnes formées de notre équipe peuvent la regarder. Personne n’est obligé d’en envoyer.
privacy-who-platforms = Les plateformes reçoivent les empreintes, et les sites reçoivent les liens à retirer, si tu es d’accord. On ne leur donne jamais ce que tu écris, ni rien sur toi, sauf si l’image montre quelqu’un de moins de 18 ans ou non.
privacy-who-not = Tes parents et ton école ne reçoivent rien, sauf si tu le veux. La police non plus.
privacy-who-forced = Deux exceptions, et on préfère te les dire : une vie est en danger, ou un juge l’ordonne. Alors on peut devoir dire ce qu’on sait. C’est peu, parce qu’on garde peu.

privacy-never = Ce qu’on ne garde jamais
privacy-never-address = L’adresse de ton téléphone ou de ton ordinateur sur internet (« l’adresse IP »). Contre les envois en masse, on garde un jour, en mémoire seulement, une trace brouillée qui ne permet pas de la retrouver.
privacy-never-others = La publicité, les compteurs d’autres entreprises, les boutons de réseaux sociaux : il n’y en a pas sur ces pages.
privacy-never-cookie = Un cookie, avant ta première réponse. Ensuite il y en a un, qui disparaît avec ton navigateur.

privacy-cannot = Ce qu’on ne peut pas faire
privacy-cannot-phones = Effacer une image des téléphones des autres, ou des discussions privées.
privacy-cannot-force = Forcer un site. On demande, on redemande, et on te dit ce qu’il répond.
privacy-cannot-words = Retrouver tes six mots. S’ils sont perdus, le dossier est perdu, pour nous aussi.
privacy-cannot-print = Jurer qu’une empreinte ne dit rien. Ce n’est pas une image, mais quelqu’un de très fort pourrait deviner de vagues formes. C’est pourquoi on la verrouille aussi, et on ne la donne qu’à ceux qui doivent comparer.

privacy-rights = Tes droits
privacy-rights-words = Avec tes six mots, tu peux tout voir, ajouter, corriger, reprendre ou effacer. Pour ça, on ne te demande jamais qui tu es.
privacy-rights-authority = Si tu penses qu’on fait quelque chose de mal avec, écris-le-nous dans ton dossier, ou plains-toi à l’autorité de ton pays qui protège les données. En France, c’est la CNIL.
