### `/p/1` : la confidentialité en clair. Dit ce qui est, y compris ce qui gêne.

privacy-title = Ce que devient ce que tu nous dis
    .vous = Ce que devient ce que vous nous dites
privacy-short = En bref
privacy-short-name = Pas de compte, pas de nom, pas de numéro. Tu reçois six mots : c’est la seule clé.
    .vous = Pas de compte, pas de nom, pas de numéro. Vous recevez six mots : c’est la seule clé.
privacy-short-picture = Tes images restent sur ton téléphone, sauf si tu décides d’en envoyer une. Seule leur empreinte en sort : une suite de chiffres.
    .vous = Vos images restent sur votre téléphone, sauf si vous décidez d’en envoyer une. Seule leur empreinte en sort : une suite de chiffres.
privacy-short-locked = Ce que tu écris est verrouillé. Seuls toi et notre équipe pouvez l’ouvrir.
    .vous = Ce que vous écrivez est verrouillé. Seuls vous et notre équipe pouvez l’ouvrir.
privacy-short-delete = Tu peux tout reprendre, quand tu veux, sans dire pourquoi.
    .vous = Vous pouvez tout reprendre, quand vous voulez, sans dire pourquoi.

privacy-kept = Ce qu’on garde, et jusqu’à quand
privacy-kept-draft = Les réponses que tu n’as pas encore envoyées
    .vous = Les réponses que vous n’avez pas encore envoyées
privacy-kept-draft-until = { $hours } heures après ton dernier clic. Jusque-là, seul ton navigateur peut les ouvrir.
    .vous = { $hours } heures après votre dernier clic. Jusque-là, seul votre navigateur peut les ouvrir.
privacy-kept-case = Ce que tu nous écris, et tes liens
    .vous = Ce que vous nous écrivez, et vos liens
privacy-kept-case-until = { NUMBER($days) } jours après la dernière fois que toi ou nous avons écrit ou fait quelque chose. Ta page te prévient les { $warned } derniers jours.
    .vous = { NUMBER($days) } jours après la dernière fois que vous ou nous avons écrit ou fait quelque chose. Votre page vous prévient les { $warned } derniers jours.
privacy-kept-print = Les empreintes
privacy-kept-print-until = Tant qu’elles te protègent. Si tu en reprends une, elle est retirée tout de suite et chaque plateforme est prévenue.
    .vous = Tant qu’elles vous protègent. Si vous en reprenez une, elle est retirée tout de suite et chaque plateforme est prévenue.
privacy-kept-end = Qu’un dossier a existé, et comment il s’est terminé
privacy-kept-end-until = Un an après sa fin, pour que tes six mots aient encore une réponse. Il n’y a plus rien d’autre dedans.
    .vous = Un an après sa fin, pour que vos six mots aient encore une réponse. Il n’y a plus rien d’autre dedans.
privacy-kept-copies = Les copies de secours, si une machine tombe en panne
privacy-kept-copies-until = Verrouillées aussi, et remplacées par de plus récentes.

privacy-locked = Comment c’est verrouillé
privacy-locked-keys = Il y a deux clés : tes six mots, et la clé de notre équipe. Tes six mots, on ne les a pas. Quelqu’un qui volerait notre machine n’aurait ni l’une ni l’autre.
    .vous = Il y a deux clés : vos six mots, et la clé de notre équipe. Vos six mots, on ne les a pas. Quelqu’un qui volerait notre machine n’aurait ni l’une ni l’autre.
privacy-locked-thief = Ce que ce voleur verrait : combien il y a de dossiers, à peu près leur longueur, s’il s’agit de quelqu’un de moins de 18 ans, et quels jours il s’est passé quelque chose. Pas de nom, pas de texte, pas de lien.

privacy-who = Qui le lit
privacy-who-team = Notre équipe lit tes messages et tes liens. Ce sont quelques personnes, qui ont promis par écrit de garder le silence.
    .vous = Notre équipe lit vos messages et vos liens. Ce sont quelques personnes, qui ont promis par écrit de garder le silence.
privacy-who-platforms = Les plateformes reçoivent les empreintes, et les sites reçoivent les liens à retirer, si tu es d’accord. On ne leur donne jamais ce que tu écris, ni rien sur toi, sauf si l’image montre quelqu’un de moins de 18 ans ou non.
    .vous = Les plateformes reçoivent les empreintes, et les sites reçoivent les liens à retirer, si vous êtes d’accord. On ne leur donne jamais ce que vous écrivez, ni rien sur vous, sauf si l’image montre quelqu’un de moins de 18 ans ou non.
privacy-who-not = Tes parents et ton école ne reçoivent rien, sauf si tu le veux. La police non plus.
    .vous = Vos proches, votre école ou votre travail ne reçoivent rien, sauf si vous le voulez. La police non plus.
privacy-who-forced = Deux exceptions, et on préfère te les dire : une vie est en danger, ou un juge l’ordonne. Alors on peut devoir dire ce qu’on sait. C’est peu, parce qu’on garde peu.
    .vous = Deux exceptions, et on préfère vous les dire : une vie est en danger, ou un juge l’ordonne. Alors on peut devoir dire ce qu’on sait. C’est peu, parce qu’on garde peu.

privacy-never = Ce qu’on ne garde jamais
privacy-never-address = L’adresse de ton téléphone ou de ton ordinateur sur internet (« l’adresse IP »). Contre les envois en masse, on garde un jour, en mémoire seulement, une trace brouillée qui ne permet pas de la retrouver.
    .vous = L’adresse de votre téléphone ou de votre ordinateur sur internet (« l’adresse IP »). Contre les envois en masse, on garde un jour, en mémoire seulement, une trace brouillée qui ne permet pas de la retrouver.
privacy-never-others = La publicité, les compteurs d’autres entreprises, les boutons de réseaux sociaux : il n’y en a pas sur ces pages.
privacy-never-cookie = Un cookie, avant ta première réponse. Ensuite il y en a un, qui disparaît avec ton navigateur.
    .vous = Un cookie, avant votre première réponse. Ensuite il y en a un, qui disparaît avec votre navigateur.

privacy-cannot = Ce qu’on ne peut pas faire
privacy-cannot-phones = Effacer une image des téléphones des autres, ou des discussions privées.
privacy-cannot-force = Forcer un site. On demande, on redemande, et on te dit ce qu’il répond.
    .vous = Forcer un site. On demande, on redemande, et on vous dit ce qu’il répond.
privacy-cannot-words = Retrouver tes six mots. S’ils sont perdus, le dossier est perdu, pour nous aussi.
    .vous = Retrouver vos six mots. S’ils sont perdus, le dossier est perdu, pour nous aussi.
privacy-cannot-print = Jurer qu’une empreinte ne dit rien. Ce n’est pas une image, mais quelqu’un de très fort pourrait deviner de vagues formes. C’est pourquoi on la verrouille aussi, et on ne la donne qu’à ceux qui doivent comparer.

privacy-rights = Tes droits
    .vous = Vos droits
privacy-rights-words = Avec tes six mots, tu peux tout voir, ajouter, corriger, reprendre ou effacer. Pour ça, on ne te demande jamais qui tu es.
    .vous = Avec vos six mots, vous pouvez tout voir, ajouter, corriger, reprendre ou effacer. Pour cela, on ne vous demande jamais qui vous êtes.
privacy-rights-authority = Si tu penses qu’on fait quelque chose de mal avec, écris-le-nous dans ton dossier, ou plains-toi à l’autorité de ton pays qui protège les données. En France, c’est la CNIL.
    .vous = Si vous pensez qu’on fait quelque chose de mal avec, écrivez-le-nous dans votre dossier, ou plaignez-vous à l’autorité de votre pays qui protège les données. En France, c’est la CNIL.
