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
privacy-short-delete = Tant que ta demande existe, tu peux tout reprendre, quand tu veux, sans dire pourquoi.
    .vous = Tant que votre demande existe, vous pouvez tout reprendre, quand vous voulez, sans dire pourquoi.

privacy-kept = Ce qu’on garde, et jusqu’à quand
privacy-kept-draft = Les réponses que tu n’as pas encore envoyées
    .vous = Les réponses que vous n’avez pas encore envoyées
privacy-kept-draft-until = { $hours } heures après ton dernier clic. Jusque-là, seul ton navigateur peut les ouvrir.
    .vous = { $hours } heures après votre dernier clic. Jusque-là, seul votre navigateur peut les ouvrir.
privacy-kept-case = Ce que tu nous écris, et tes liens
    .vous = Ce que vous nous écrivez, et vos liens
privacy-kept-case-until = { NUMBER($days) } jours après la dernière fois que toi ou nous avons écrit ou fait quelque chose. Ta page te prévient les { $warned } derniers jours.
    .vous = { NUMBER($days) } jours après la dernière fois que vous ou nous avons écrit ou fait quelque chose. Votre page vous prévient les { $warned } derniers jours.
privacy-kept-file = Une image que tu as envoyée à notre équipe
    .vous = Une image que vous avez envoyée à notre équipe
privacy-kept-file-until = Jusqu’à notre décision, et { $days ->
        [one] un jour
        [3] trois jours
       *[other] { NUMBER($days) } jours
    } au plus, regardée ou non. Si tu la reprends, elle est effacée tout de suite. Si tu n’envoies jamais ta demande, elle disparaît quand tu quittes, ou dans les { $hours } heures après ton dernier clic.
    .vous = Jusqu’à notre décision, et { $days ->
        [one] un jour
        [3] trois jours
       *[other] { NUMBER($days) } jours
    } au plus, regardée ou non. Si vous la reprenez, elle est effacée tout de suite. Si vous n’envoyez jamais votre demande, elle disparaît quand vous quittez, ou dans les { $hours } heures après votre dernier clic.
privacy-kept-print = Les empreintes
privacy-kept-print-until = Tant qu’elles te protègent. Si tu en reprends une, on ne la partage plus pour toi, et on demande tout de suite à chaque plateforme de l’oublier, sauf si quelqu’un d’autre a signalé la même image. Certaines plateformes ne comprennent « oubliez celle-ci » que si on la nomme : alors on peut la garder sous clé 90 jours, pour ça seulement. Si ta demande s’efface parce que personne n’y vient plus, les empreintes restent en place, et plus personne ne peut les reprendre.
    .vous = Tant qu’elles vous protègent. Si vous en reprenez une, on ne la partage plus pour vous, et on demande tout de suite à chaque plateforme de l’oublier, sauf si quelqu’un d’autre a signalé la même image. Si votre demande s’efface parce que personne n’y vient plus, les empreintes restent en place, et plus personne ne peut les reprendre.
privacy-kept-end = Qu’une demande a existé, et comment elle s’est terminée
privacy-kept-end-until = { $days ->
    [365] Un an
   *[other] { NUMBER($days) } jours
} après sa fin, pour que tes six mots aient encore une réponse. Il n’y a plus rien d’autre dedans.
    .vous = { $days ->
        [365] Un an
       *[other] { NUMBER($days) } jours
    } après sa fin, pour que vos six mots aient encore une réponse. Il n’y a plus rien d’autre dedans.
privacy-kept-copies = Les copies de secours, si une machine tombe en panne
privacy-kept-copies-until = Verrouillées aussi, et remplacées par de plus récentes.

privacy-locked = Comment c’est verrouillé
privacy-locked-keys = Il y a deux clés : tes six mots, et la clé de notre équipe. Tes six mots, on ne les a pas. La clé de l’équipe n’est pas sur notre machine. Quelqu’un qui volerait la machine n’aurait ni l’une ni l’autre.
    .vous = Il y a deux clés : vos six mots, et la clé de notre équipe. Vos six mots, on ne les a pas. La clé de l’équipe n’est pas sur notre machine. Quelqu’un qui volerait la machine n’aurait ni l’une ni l’autre.
privacy-locked-keys-here = Il y a deux clés : tes six mots, et la clé de notre équipe. Tes six mots, on ne les a pas. La clé de l’équipe, elle, est encore sur notre machine, jusqu’à ce que l’équipe la range ailleurs. D’ici là, quelqu’un qui volerait la machine pourrait lire ce qu’on nous écrit.
    .vous = Il y a deux clés : vos six mots, et la clé de notre équipe. Vos six mots, on ne les a pas. La clé de l’équipe, elle, est encore sur notre machine, jusqu’à ce que l’équipe la range ailleurs. D’ici là, quelqu’un qui volerait la machine pourrait lire ce qu’on nous écrit.
privacy-locked-thief = Même sans ces clés, un voleur verrait : combien il y a de demandes, à peu près leur longueur, s’il s’agit de quelqu’un de moins de 18 ans, si c’est urgent, qui doit écrire ensuite (toi ou nous), et à quelle heure il s’est passé quelque chose. Il pourrait avoir les empreintes, mais pas savoir de quelle demande elles viennent. Pas de nom, pas de texte, pas de lien.
    .vous = Même sans ces clés, un voleur verrait : combien il y a de demandes, à peu près leur longueur, s’il s’agit de quelqu’un de moins de 18 ans, si c’est urgent, qui doit écrire ensuite (vous ou nous), et à quelle heure il s’est passé quelque chose. Il pourrait avoir les empreintes, mais pas savoir de quelle demande elles viennent. Pas de nom, pas de texte, pas de lien.

privacy-locked-file = Une image que tu envoies à notre équipe est verrouillée sur ton téléphone, avant de partir. Seule la clé de notre équipe l’ouvre ; tes six mots ne l’ouvrent pas. Ce voleur verrait combien il y a de ces fichiers, à peu près leur taille et le jour où ils s’effacent, mais pas à qui ils sont.

privacy-who = Qui le lit
privacy-who-team = Notre équipe lit tes messages et tes liens. Pour les ouvrir, il faut sa clé ou tes six mots : sans l’une ou les autres, personne ne peut les lire.
    .vous = Notre équipe lit vos messages et vos liens. Pour les ouvrir, il faut sa clé ou vos six mots : sans l’une ou les autres, personne ne peut les lire.
privacy-who-file = Si tu envoies une image elle-même, quelques personnes formées de notre équipe peuvent la regarder. Personne n’est obligé d’en envoyer.
    .vous = Si vous envoyez une image elle-même, quelques personnes formées de notre équipe peuvent la regarder. Personne n’est obligé d’en envoyer.
privacy-who-platforms = Les plateformes reçoivent les empreintes, et les sites reçoivent les liens à retirer, si tu es d’accord. On ne leur donne jamais ce que tu écris. La seule chose qu’on leur dit : si la personne sur l’image a moins de 18 ans.
    .vous = Les plateformes reçoivent les empreintes, et les sites reçoivent les liens à retirer, si vous êtes d’accord. On ne leur donne jamais ce que vous écrivez. La seule chose qu’on leur dit : si la personne sur l’image a moins de 18 ans.
privacy-who-not = Tes parents et ton école ne reçoivent rien, sauf si tu le veux. La police non plus.
    .vous = Vos proches, votre école ou votre travail ne reçoivent rien, sauf si vous le voulez. La police non plus.
privacy-who-forced = Deux exceptions, et on préfère te les dire : une vie est en danger, ou un juge l’ordonne. Alors on peut devoir dire ce qu’on sait. C’est peu, parce qu’on garde peu.
    .vous = Deux exceptions, et on préfère vous les dire : une vie est en danger, ou un juge l’ordonne. Alors on peut devoir dire ce qu’on sait. C’est peu, parce qu’on garde peu.

privacy-never = Ce qu’on ne garde jamais
privacy-never-address = L’adresse de ton téléphone ou de ton ordinateur sur internet (« l’adresse IP »). Contre les envois en masse, on garde un jour, en mémoire seulement, une trace brouillée qui ne permet pas de la retrouver.
    .vous = L’adresse de votre téléphone ou de votre ordinateur sur internet (« l’adresse IP »). Contre les envois en masse, on garde un jour, en mémoire seulement, une trace brouillée qui ne permet pas de la retrouver.
privacy-never-others = La publicité, les compteurs d’autres entreprises, les boutons de réseaux sociaux : il n’y en a pas sur ces pages.
privacy-never-cookie = Un cookie, avant ta première réponse. Ensuite il y en a un. Deux heures après ton dernier clic, il n’ouvre plus rien.
    .vous = Un cookie, avant votre première réponse. Ensuite il y en a un. Deux heures après votre dernier clic, il n’ouvre plus rien.

privacy-cannot = Ce qu’on ne peut pas faire
privacy-cannot-phones = Effacer une image des téléphones des autres, ou des discussions privées.
privacy-cannot-force = Forcer un site. On demande, on redemande, et on te dit ce qu’il répond.
    .vous = Forcer un site. On demande, on redemande, et on vous dit ce qu’il répond.
privacy-cannot-words = Retrouver tes six mots. S’ils sont perdus, plus personne ne peut rouvrir ta demande avec eux. Tu peux en commencer une nouvelle.
    .vous = Retrouver vos six mots. S’ils sont perdus, plus personne ne peut rouvrir votre demande avec eux. Vous pouvez en commencer une nouvelle.
privacy-cannot-print = Jurer qu’une empreinte ne dit rien. Ce n’est pas une image, mais quelqu’un de très fort pourrait deviner de vagues formes. C’est pourquoi on la verrouille aussi, et on ne la donne qu’à ceux qui doivent comparer.

privacy-rights = Tes droits
    .vous = Vos droits
privacy-rights-words = Avec tes six mots, tu peux tout voir, ajouter, corriger, reprendre ou effacer. Pour ça, on ne te demande jamais qui tu es.
    .vous = Avec vos six mots, vous pouvez tout voir, ajouter, corriger, reprendre ou effacer. Pour cela, on ne vous demande jamais qui vous êtes.
privacy-rights-authority = Si tu penses qu’on fait quelque chose de mal avec, écris-le-nous dans ta demande, ou plains-toi à l’autorité de ton pays qui protège les données. En France, c’est la CNIL.
    .vous = Si vous pensez qu’on fait quelque chose de mal avec, écrivez-le-nous dans votre demande, ou plaignez-vous à l’autorité de votre pays qui protège les données. En France, c’est la CNIL.
