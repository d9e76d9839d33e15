### L’e-mail neutre : ce qu’on en dit sur les pages, et ce qu’il dit lui-même.

## Sur la page des six mots, et dans le dossier

alert-title = Un signe par e-mail quand il y a du nouveau ?
alert-lead = Ce n’est pas nécessaire : tu peux aussi revenir voir avec tes six mots.
    .vous = Ce n’est pas nécessaire : vous pouvez aussi revenir voir avec vos six mots.
alert-says = L’e-mail dira seulement « { $subject } » et le nom de ce site, « { $site } ». Rien sur toi, rien de ce que tu nous as dit.
    .vous = L’e-mail dira seulement « { $subject } » et le nom de ce site, « { $site } ». Rien sur vous, rien de ce que vous nous avez dit.
alert-says-with-address = L’e-mail dira seulement « { $subject } », le nom de ce site, « { $site } », et son adresse. Rien sur toi, rien de ce que tu nous as dit.
    .vous = L’e-mail dira seulement « { $subject } », le nom de ce site, « { $site } », et son adresse. Rien sur vous, rien de ce que vous nous avez dit.
alert-who = Si quelqu’un d’autre lit cette boîte, il verra cet e-mail. Dans ce cas, laisse vide.
    .vous = Si quelqu’un d’autre lit cette boîte, il verra cet e-mail. Dans ce cas, laissez vide.
alert-words = Il ne remplace pas les six mots : personne ne peut les retrouver avec.
alert-stop = Tu peux l’arrêter quand tu veux.
    .vous = Vous pouvez l’arrêter quand vous voulez.
alert-often = Au plus un par jour, et pas tout de suite après notre message.
alert-field = Adresse e-mail (si tu veux)
    .vous = Adresse e-mail (si vous le souhaitez)
alert-unreadable = Ce n’est pas une adresse e-mail. Elle ressemble à nom@exemple.org. Corrige-la, ou laisse vide ; rien n’est perdu.
    .vous = Ce n’est pas une adresse e-mail. Elle ressemble à nom@exemple.org. Corrigez-la, ou laissez vide ; rien n’est perdu.
alert-too-long = Cette adresse est trop longue pour nous : { NUMBER($most) } lettres au plus. Essaie avec une autre, ou laisse vide.
    .vous = Cette adresse est trop longue pour nous : { NUMBER($most) } lettres au plus. Essayez avec une autre, ou laissez vide.
alert-international = On ne sait pas encore écrire aux adresses avec des accents ou d’autres lettres avant le @. Essaie avec une autre, ou laisse vide.
    .vous = Nous ne savons pas encore écrire aux adresses avec des accents ou d’autres lettres avant le @. Essayez avec une autre, ou laissez vide.

## Dans le dossier

alert-case = Être prévenu par e-mail
alert-case-none = Aucune adresse. On ne t’écrit nulle part ailleurs qu’ici.
    .vous = Aucune adresse. Nous ne vous écrivons nulle part ailleurs qu’ici.
alert-case-set = Une adresse est gardée, sous clé. On ne la montre pas ici, pour que personne ne la lise par-dessus ton épaule. Pas sûr de l’avoir bien écrite ? Écris-la à nouveau.
    .vous = Une adresse est gardée, sous clé. Nous ne la montrons pas ici, pour que personne ne la lise par-dessus votre épaule. Un doute ? Écrivez-la à nouveau.
alert-case-failed = Notre dernier e-mail n’est pas arrivé. L’adresse est peut-être mal écrite : écris-la à nouveau, ou enlève-la.
    .vous = Notre dernier e-mail n’est pas arrivé. L’adresse est peut-être mal écrite : écrivez-la à nouveau, ou enlevez-la.
alert-case-go = Garder cette adresse
alert-case-change = Changer l’adresse
alert-case-stop = Enlever l’adresse

## Le courriel

alert-mail-subject = Du nouveau
alert-mail-hello = Bonjour,
alert-mail-news = Il y a du nouveau sur « { $site } ».
alert-mail-end = Ce message est automatique : personne ne lit les réponses. Il s’arrête sur le site.

## La page de confidentialité

privacy-kept-alert = Ton adresse e-mail, si tu en laisses une
privacy-kept-alert-until = Aussi longtemps que ton dossier, ou jusqu’à ce que tu l’enlèves. Elle est rangée à part et verrouillée deux fois : sans ouvrir ton dossier, personne ne peut la lire.
privacy-kept-alert-mail = Un e-mail qui attend de partir
privacy-kept-alert-mail-until = Une heure le plus souvent, quelques jours si ta boîte ne répond pas. Il est verrouillé aussi, mais avec une seule clé.
privacy-who-alert = L’entreprise qui gère ta boîte e-mail voit que ce site t’écrit « Du nouveau », si tu as laissé une adresse. Rien d’autre.

## Pour l’exploitant

trouble-mails-late = { $count ->
    [one] Un e-mail attend depuis plus d’une heure : quelqu’un n’est pas prévenu d’une réponse.
   *[other] { NUMBER($count) } e-mails attendent depuis plus d’une heure : des personnes ne sont pas prévenues d’une réponse.
}
trouble-mails-late-todo = Dernière réponse du serveur de messagerie : { $code }. rempart doctor dit s’il répond et accepte l’expéditeur. Les essais continuent trois jours.
trouble-mails-given-up = { $count ->
    [one] Un e-mail n’a pas pu être remis ces trente derniers jours.
   *[other] { NUMBER($count) } e-mails n’ont pas pu être remis ces trente derniers jours.
}
trouble-mails-given-up-todo = Dernière réponse du serveur de messagerie : { $code }. La personne le voit en rouvrant son dossier. Une adresse mal écrite suffit ; s’il y en a plusieurs, regardez ce que dit rempart doctor.
trouble-mails-no-code = aucune
