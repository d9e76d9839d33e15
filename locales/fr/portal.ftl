### Le portail : ce que lit une personne, souvent jeune, souvent inquiète. Niveau de lecture : onze ans.
### « .vous » : la même chose dite à un adulte.

portal-nav = Langue et sortie
portal-exit = Quitter vite
portal-step = Étape { $step } sur { $of }
portal-foot-privacy = Confidentialité en clair
portal-foot-traces = Effacer mes traces
portal-foot-accessibility = Accessibilité
portal-foot-appeal = Bloqué à tort ?
portal-foot-reading = À lire
portal-foot-figures = Nos chiffres

landing-title = On peut faire quelque chose. Que se passe-t-il ?
landing-lead = C’est gratuit, sans compte, sans donner ton nom. Seule notre équipe lit ce que tu écris. Nous n’en parlons ni à tes parents ni à ton école, sauf si tu le veux, ou si une vie est en danger.
landing-mine = Une image intime de moi circule
landing-mine-more = ou j’ai peur qu’elle circule
landing-threat = On me menace avec une image
landing-threat-more = on me demande de l’argent ou d’autres photos
landing-harassed = On me harcèle
landing-harassed-more = messages, groupes, commentaires, faux comptes
landing-witness = J’ai vu quelque chose
landing-witness-more = une image de quelqu’un d’autre
landing-helper = Je suis parent, prof, ou un proche
landing-helper-more = je veux aider quelqu’un
landing-words = J’ai déjà mes six mots : voir où en est ma demande
portal-exit-once = Encore deux fois Maj pour quitter.
portal-exit-twice = Encore une fois Maj pour quitter.

## Ce que disent toutes les questions.

answer-go-on = Continuer
answer-back = Retour
answer-unknown = Je ne sais pas
answer-missing = Choisis une réponse. « Je ne sais pas » en est une.
    .vous = Choisissez une réponse. « Je ne sais pas » en est une.

age-title = Quel âge as-tu ?
    .vous = Quel âge avez-vous ?
age-lead = Cela change la loi qui te protège et qui peut t’aider. Nous ne demandons ni nom ni date de naissance. Nous ne prévenons pas tes parents, sauf si tu le veux, ou si une vie est en danger.
    .vous = Cela change la loi qui vous protège et qui peut vous aider. Nous ne demandons ni nom ni date de naissance.
age-title-other = Quel âge a la personne sur l’image, ou la personne visée ?
age-lead-other = À peu près. Cela change la loi qui la protège.
age-under-13 = Moins de 13 ans
age-13 = 13 ou 14 ans
age-15 = 15, 16 ou 17 ans
age-was = Adulte maintenant
age-was-more = mais moins de 18 ans sur l’image
age-18 = 18 ans ou plus
age-unknown-more = au cas où : la protection la plus forte, celle des moins de 18 ans

stand-title = Où en est-on ?
stand-lead = Choisis ce qui ressemble le plus. Tu pourras le changer plus tard en nous écrivant.
    .vous = Choisissez ce qui ressemble le plus. Vous pourrez le changer plus tard en nous écrivant.
stand-offline = L’image n’est pas encore en ligne
stand-offline-more = j’ai peur qu’elle le soit
stand-threat = On menace de publier l’image
stand-threat-more = contre de l’argent, d’autres photos, ou pour faire peur
stand-links = L’image est en ligne, et j’ai des liens
stand-links-more = l’adresse d’une page, d’un compte, d’un message
stand-no-links = L’image est en ligne, mais je n’ai pas de lien
stand-no-links-more = quelqu’un me l’a dit, je l’ai vue passer
stand-private = L’image circule dans des messages privés
stand-private-more = nous ne pouvons pas l’effacer des téléphones ni des messages chiffrés, mais nous pouvons aider

threat-title = D’abord : ce n’est pas ta faute.
    .vous = D’abord : ce n’est pas votre faute.
threat-lead = La personne qui menace fait quelque chose d’interdit. Cela arrive à beaucoup de monde, et il y a des choses à faire dès maintenant.
threat-do = À faire
threat-do-stop = Arrête de répondre. Chaque réponse lui donne envie de continuer.
    .vous = Arrêtez de répondre. Chaque réponse lui donne envie de continuer.
threat-do-keep = Garde les messages, le nom du compte et le lien : une copie d’écran suffit. Ensuite, bloque.
    .vous = Gardez les messages, le nom du compte et le lien : une copie d’écran suffit. Ensuite, bloquez.
threat-do-tell = Parles-en à quelqu’un de confiance, ou à nous. Tu n’as pas à rester seul ou seule avec ça.
    .vous = Parlez-en à quelqu’un de confiance, ou à nous. Vous n’avez pas à rester seul ou seule avec cela.
threat-dont = À éviter
threat-dont-pay = Ne paie pas. Après un paiement, on en demande presque toujours un autre.
    .vous = Ne payez pas. Après un paiement, on en demande presque toujours un autre.
threat-dont-send = N’envoie pas d’autre image.
    .vous = N’envoyez pas d’autre image.
threat-dont-delete = N’efface pas la conversation : c’est ta preuve.
    .vous = N’effacez pas la conversation : c’est votre preuve.
threat-more = Tu peux continuer : à la page suivante, ton appareil calcule une empreinte de l’image, pour que les plateformes qui travaillent avec nous puissent la reconnaître si on la publie.
    .vous = Vous pouvez continuer : à la page suivante, votre appareil calcule une empreinte de l’image, pour que les plateformes qui travaillent avec nous puissent la reconnaître si on la publie.


links-title = As-tu des liens ?
    .vous = Avez-vous des liens ?
links-lead = Colle ici les adresses des pages, des comptes ou des messages où cela se passe. Si tu n’en as pas, continue.
    .vous = Collez ici les adresses des pages, des comptes ou des messages où cela se passe. Si vous n’en avez pas, continuez.
links-field = Adresses
links-field-more = une par ligne, ou le texte où elles se trouvent
links-remove = Retirer
links-never-download = N’enregistre pas une image juste pour la signaler : le lien suffit.
    .vous = N’enregistrez pas une image juste pour la signaler : le lien suffit.
links-refused = Nous n’avons pas pu prendre ceci :
links-cut = Une demande peut avoir { $most } liens. Les premiers sont gardés ; écris-nous pour les autres.
    .vous = Une demande peut avoir { $most } liens. Les premiers sont gardés ; écrivez-nous pour les autres.
links-unreadable = ne ressemble pas à une adresse entière.
links-scheme = n’est pas une page du web.
links-private = mène dans un appareil ou un réseau privé : personne d’autre ne peut voir cette page.
links-not-public = n’est pas le nom d’un site public.
links-hidden = est un site caché, sans personne à qui écrire. Dis-le-nous dans un message.
    .vous = est un site caché, sans personne à qui écrire. Dites-le-nous dans un message.
links-too-long = est trop longue.
links-cut-off = est coupée : recopie l’adresse entière avec le bouton « partager ».
    .vous = est coupée : recopiez l’adresse entière avec le bouton « partager ».

message-title = Veux-tu nous dire quelque chose ?
    .vous = Voulez-vous nous dire quelque chose ?
message-lead = Ce n’est pas obligatoire. Le nom d’un compte, une date, ce qui te fait peur : ce que tu écris nous aide. Nous ne te demanderons jamais pourquoi.
    .vous = Ce n’est pas obligatoire. Le nom d’un compte, une date, ce qui vous inquiète : ce que vous écrivez nous aide. Nous ne vous demanderons jamais pourquoi.
message-field = Ton message
    .vous = Votre message
message-more = Seule notre équipe peut le lire. N’écris ni ton nom ni ton adresse, sauf si tu veux que nous les sachions.
    .vous = Seule notre équipe peut le lire. N’écrivez ni votre nom ni votre adresse, sauf si vous voulez que nous les sachions.
message-too-long = C’est trop long pour un seul message : { NUMBER($most) } signes au plus. Rien n’est perdu : raccourcis, ou garde la suite pour un deuxième message.
    .vous = C’est trop long pour un seul message : { NUMBER($most) } signes au plus. Rien n’est perdu : raccourcissez, ou gardez la suite pour un deuxième message.

consent-title = Que pouvons-nous faire ?
consent-lead = C’est toi qui décides. Coche ce que tu veux bien.
    .vous = C’est vous qui décidez. Cochez ce que vous voulez bien.
consent-share = Donner les empreintes aux plateformes
consent-share-more = pour qu’elles reconnaissent les copies. Elles reçoivent des chiffres, jamais l’image. La seule chose qu’on leur dit : si la personne sur l’image a moins de 18 ans.
consent-later = Aussi à celles qui nous rejoindront plus tard
consent-later-more = Sans cette case, une plateforme qui arrive après aujourd’hui ne reçoit rien. Tu pourras la cocher un autre jour.
    .vous = Sans cette case, une plateforme qui arrive après aujourd’hui ne reçoit rien. Vous pourrez la cocher un autre jour.
consent-notices = Demander aux sites de retirer les pages
consent-notices-more = en notre nom, sans donner le tien. Certains répondent vite, d’autres non ; nous te dirons ce qu’ils répondent.
    .vous = en notre nom, sans donner le vôtre. Certains répondent vite, d’autres non ; nous vous dirons ce qu’ils répondent.
consent-police = Prévenir la police
consent-police-more = si tu ne coches pas, nous ne le faisons pas, sauf si une vie est en danger ou si un juge l’ordonne.
    .vous = si vous ne cochez pas, nous ne le faisons pas, sauf si une vie est en danger ou si un juge l’ordonne.
consent-count = Compter ma demande dans les statistiques
consent-count-more = des nombres seulement : combien de demandes, combien de retraits.
consent-platforms = { $count ->
    [one] La plateforme qui reçoit les empreintes
   *[other] Les { $count } plateformes qui reçoivent les empreintes
}
consent-platforms-more = Décoche celles qui ne doivent pas les recevoir.
    .vous = Décochez celles qui ne doivent pas les recevoir.
consent-change = Tu pourras changer d’avis avec tes six mots.
    .vous = Vous pourrez changer d’avis avec vos six mots.

receipt-title = Voici tes six mots. C’est la seule clé.
    .vous = Voici vos six mots. C’est la seule clé.
receipt-lead = Garde-les comme un secret : dans ta tête, sur un papier, chez quelqu’un de confiance. Ils peuvent passer pour une liste de courses.
    .vous = Gardez-les comme un secret : en mémoire, sur un papier, chez quelqu’un de confiance. Ils peuvent passer pour une liste de courses.
receipt-lost = S’ils sont perdus, c’est pour toujours.
receipt-lost-more = Nous ne les connaissons pas. Sans eux, personne ne peut rouvrir ta demande, pas même nous pour toi.
    .vous = Nous ne les connaissons pas. Sans eux, personne ne peut rouvrir votre demande, pas même nous pour vous.
receipt-copy = Copier
receipt-copied = Les mots sont copiés.
receipt-not-copied = Ton navigateur ne veut pas copier : note-les à la main.
    .vous = Votre navigateur ne veut pas copier : notez-les à la main.
receipt-print = Imprimer
receipt-square = Les mots en carré, à lire avec un autre téléphone
receipt-check = Vérifions ensemble
receipt-check-more = Écris ces deux mots, et ta demande part.
    .vous = Écrivez ces deux mots, et votre demande part.
receipt-word = Mot numéro { $place }
receipt-wrong = Ce ne sont pas ces deux mots. Regarde la liste ci-dessus ; rien n’est perdu.
    .vous = Ce ne sont pas ces deux mots. Regardez la liste ci-dessus ; rien n’est perdu.
receipt-days = Ta demande s’efface { NUMBER($days) } jours après la dernière chose que tu y fais, ou notre dernier message. Les empreintes déjà données aux plateformes restent alors en place, et plus personne ne peut les reprendre : pour ça, reviens avant.
    .vous = Votre demande s’efface { NUMBER($days) } jours après la dernière chose que vous y faites, ou notre dernier message. Les empreintes déjà données aux plateformes restent alors en place, et plus personne ne peut les reprendre : pour cela, revenez avant.
receipt-send = Envoyer ma demande

open-title = Retrouver ma demande
open-lead = Écris tes six mots, dans l’ordre. Les majuscules et les virgules ne comptent pas.
    .vous = Écrivez vos six mots, dans l’ordre. Les majuscules et les virgules ne comptent pas.
open-field = Les six mots
open-field-more = tu peux les coller
    .vous = vous pouvez les coller
open-go = Ouvrir
open-lost = Si tu as perdu tes mots, personne ne peut les retrouver. Tu peux commencer une nouvelle demande.
    .vous = Si vous avez perdu vos mots, personne ne peut les retrouver. Vous pouvez commencer une nouvelle demande.
open-nothing = Ces six mots n’ouvrent rien ici. Vérifie leur ordre et leur orthographe.
    .vous = Ces six mots n’ouvrent rien ici. Vérifiez leur ordre et leur orthographe.
open-deleted = Cette demande a été effacée par la personne qui avait les mots. Il n’en reste rien.
open-expired = Cette demande s’est effacée d’elle-même, parce que personne n’y est venu pendant longtemps. Les empreintes déjà données aux plateformes restent en place.
open-count = { $words ->
    [0] Écris les six mots.
    [one] Il faut six mots ; il y en a un.
   *[other] Il faut six mots ; il y en a { $words }.
}
open-unknown = Le mot numéro { $position } n’est pas dans notre liste. Est-il bien écrit ?
open-unknown-near = Le mot numéro { $position } n’est pas dans notre liste. Peut-être : { $nearest } ?
open-mixed = Ces mots sont de deux langues. L’un d’eux est peut-être mal écrit.

case-title = Où en est ta demande
    .vous = Où en est votre demande
case-received = Ta demande est arrivée le { $moment }.
    .vous = Votre demande est arrivée le { $moment }.
case-ends-soon = { $days ->
    [0] Cette demande s’efface aujourd’hui. Écris-nous un mot pour la garder.
    [one] Cette demande s’efface demain. Écris-nous un mot pour la garder.
   *[other] Cette demande s’efface dans { $days } jours. Écris-nous un mot pour la garder.
}
    .vous = { $days ->
        [0] Cette demande s’efface aujourd’hui. Écrivez-nous un mot pour la garder.
        [one] Cette demande s’efface demain. Écrivez-nous un mot pour la garder.
       *[other] Cette demande s’efface dans { $days } jours. Écrivez-nous un mot pour la garder.
    }
case-ends-week = Après le { $moment }, il n’en restera rien, et personne ne pourra la retrouver, nous non plus. Les empreintes déjà données continuent de te protéger.
    .vous = Après le { $moment }, il n’en restera rien, et personne ne pourra la retrouver, nous non plus. Les empreintes déjà données continuent de vous protéger.
case-clock = Heures de cette page : { $city }.
case-clock-world = Heures de cette page : temps universel (UTC).
case-answer-due = Nous comptons te répondre avant le { $moment }.
    .vous = Nous comptons vous répondre avant le { $moment }.
case-answer-late = Nous comptions te répondre avant le { $moment }, et nous sommes en retard. C’est notre faute, pas la tienne. Si cela ne peut pas attendre, les numéros de la première page répondent tout de suite.
    .vous = Nous comptions vous répondre avant le { $moment }, et nous sommes en retard. C’est notre faute, pas la vôtre. Si cela ne peut pas attendre, les numéros de la première page répondent tout de suite.
case-due = prévu avant le { $moment }
case-late = en retard depuis le { $moment }
case-messages = Messages
case-no-messages = Il n’y a pas encore de message. Notre réponse apparaîtra ici.
case-from-you = Toi
    .vous = Vous
case-from-us = L’équipe
case-write = Écrire à l’équipe
case-write-go = Envoyer le message
case-pictures = Images et vidéos
case-no-pictures = Aucune empreinte pour l’instant.
case-keeps-pictures = Une empreinte au moins reste chez nous : aucune plateforme ne peut reconnaître cette image. Si tu veux la leur donner, coche la première case.
    .vous = Une empreinte au moins reste chez nous : aucune plateforme ne peut reconnaître cette image. Si vous voulez la leur donner, cochez la première case.
case-asks-links = Veux-tu que nous demandions aux sites de retirer ces pages ? Nous ne le faisons pas sans ton accord.
    .vous = Voulez-vous que nous demandions aux sites de retirer ces pages ? Nous ne le faisons pas sans votre accord.
case-picture = Empreinte { $number }
case-picture-received = reçue le { $moment }
case-exact-only = Seules les copies exactes de ce fichier sont reconnues.
case-kept = gardée chez nous
case-kept-more = Son empreinte n’a été donnée à personne. Pour la donner aux plateformes, coche la case plus bas.
    .vous = Son empreinte n’a été donnée à personne. Pour la donner aux plateformes, cochez la case plus bas.
case-refused = retirée par l’équipe
case-refused-more = L’équipe a retiré cette empreinte. Si aucun message ne dit pourquoi, demande-le-nous.
    .vous = L’équipe a retiré cette empreinte. Si aucun message ne dit pourquoi, demandez-le-nous.
case-withdrawn = reprise
case-withdrawn-more = Tu l’as reprise le { $moment }. Nous ne la partageons plus pour toi. Voici qui est déjà à jour :
    .vous = Vous l’avez reprise le { $moment }. Nous ne la partageons plus pour vous. Voici qui est déjà à jour :
case-withdrawn-alone = Tu l’as reprise le { $moment }. Nous ne la partageons plus pour toi.
    .vous = Vous l’avez reprise le { $moment }. Nous ne la partageons plus pour vous.
case-forgotten = à jour
case-not-yet-forgotten = pas encore confirmé
case-disputed = contestée
case-not-checked = pas encore vérifiée
case-checked = vérifiée
case-no-platforms = Aucune plateforme ne travaille avec nous pour l’instant. L’empreinte est prête : la première qui nous rejoint la recevra.
case-shared = { $of ->
    [one] { $having } plateforme sur une a l’empreinte.
   *[other] { $having } plateformes sur { $of } ont l’empreinte.
}
case-said = Elle dit :
case-has-it = reçue
case-not-yet = pas encore
case-hidden = nous ne la partageons plus pour toi
    .vous = nous ne la partageons plus pour vous
case-because-not-a-violation = Elle dit que cela ne va pas contre ses règles.
case-because-public-interest = Elle dit que c’est de l’information, de l’enseignement ou de l’art.
case-because-consent = Elle dit que la personne sur l’image l’a publiée elle-même.
case-because-legal = Elle dit que la loi ne lui permet pas de la retirer.
case-because-under-review = Elle dit qu’elle regarde encore.
case-refused-by = Un refus n’est pas toujours le dernier mot. Si ce qui est dit n’est pas vrai, écris-le-nous : nous pouvons redemander.
    .vous = Un refus n’est pas toujours le dernier mot. Si ce qui est dit n’est pas vrai, écrivez-le-nous : nous pouvons redemander.
case-withdraw = Reprendre
case-add-pictures = Ajouter des images
case-links = Liens
case-no-links = Aucun lien pour l’instant.
case-link-withdrawn = repris
case-link-received = reçu le { $moment }
notice-waiting = nous allons demander le retrait.
notice-sent = retrait demandé le { $moment }.
notice-acknowledged = a notre demande depuis le { $moment } et l’examine.
notice-removed = retiré, { $moment }.
notice-geo-blocked = masqué dans certains pays depuis le { $moment }, pas dans tous.
notice-back = c’était retiré, et c’est revenu ({ $moment }). L’équipe le redemande.
notice-refused = refusé le { $moment }.
notice-undeliverable = notre demande n’est pas arrivée ({ $moment }). L’équipe cherche un autre moyen.
notice-withdrawn = nous avons repris notre demande le { $moment }.
case-add-links = Ajouter des liens
case-add-links-go = Ajouter
case-may = Ce que nous pouvons faire
case-may-go = Enregistrer ces choix
case-proof = Preuve de ta demande
    .vous = Preuve de votre demande
case-proof-more = Ce code prouve la date de ta demande. Il ne dit rien d’elle, et ne se vérifie qu’avec les six mots.
    .vous = Ce code prouve la date de votre demande. Il ne dit rien d’elle, et ne se vérifie qu’avec les six mots.
case-proof-check = Vérifier une preuve
case-end = Fermer ou effacer
case-ends = Cette demande s’effacera le { $day }, sauf si tu y fais quelque chose ou si l’équipe t’écrit avant. Les empreintes données aux plateformes resteront : pour les reprendre, fais-le avant.
    .vous = Cette demande s’effacera le { $day }, sauf si vous y faites quelque chose ou si l’équipe vous écrit avant. Les empreintes données aux plateformes resteront : pour les reprendre, faites-le avant.
case-close = Fermer, sans rien effacer
case-delete = Tout effacer maintenant

case-did-seen = { $copies ->
    [one] une copie vue
   *[other] { NUMBER($copies) } copies vues
}
case-did-blocked = { $copies ->
    [one] un envoi bloqué
   *[other] { NUMBER($copies) } envois bloqués
}
case-did-removed = { $copies ->
    [one] une copie supprimée
   *[other] { NUMBER($copies) } copies supprimées
}
case-did-kept = { $copies ->
    [one] une copie laissée en place
   *[other] { NUMBER($copies) } copies laissées en place
}
case-did-mistaken = { $copies ->
    [one] une ressemblance, pas la même image
   *[other] { NUMBER($copies) } ressemblances, pas la même image
}

sure-no = Non, revenir
withdraw-title = Reprendre ceci ?
withdraw-does = Nous ne partageons plus cette empreinte pour toi, et nous demandons tout de suite aux plateformes de l’oublier, sauf si quelqu’un d’autre a signalé la même image. Nous ne suivons plus un lien, et nous disons à son site que nous ne demandons plus rien, sauf si nous lui avons demandé d’autres liens aussi.
    .vous = Nous ne partageons plus cette empreinte pour vous, et nous demandons tout de suite aux plateformes de l’oublier, sauf si quelqu’un d’autre a signalé la même image. Nous ne suivons plus un lien, et nous disons à son site que nous ne demandons plus rien, sauf si nous lui avons demandé d’autres liens aussi.
withdraw-cannot = Ce qui a déjà été supprimé ailleurs ne revient pas. Ce qui circule encore ne sera peut-être plus reconnu.
withdraw-again = Tu pourras l’ajouter de nouveau plus tard.
    .vous = Vous pourrez l’ajouter de nouveau plus tard.
withdraw-go = Oui, reprendre
delete-title = Tout effacer ?
delete-does = Les messages et les liens sont effacés chez nous. Nous ne partageons plus les empreintes pour toi, et nous demandons aux plateformes de les oublier, sauf si quelqu’un d’autre a signalé la même image. Ce que nous avons déjà demandé à des sites reste demandé.
    .vous = Les messages et les liens sont effacés chez nous. Nous ne partageons plus les empreintes pour vous, et nous demandons aux plateformes de les oublier, sauf si quelqu’un d’autre a signalé la même image. Ce que nous avons déjà demandé à des sites reste demandé.
delete-again = Les six mots n’ouvriront plus rien, et rien ne pourra être retrouvé.
delete-go = Oui, tout effacer
gone-title = C’est effacé.
gone-more = Il ne reste rien de cette demande chez nous, sauf le fait qu’elle a été effacée, pendant { $days ->
    [365] un an
   *[other] { NUMBER($days) } jours
}, pour qui aurait les six mots. Les copies de secours sont verrouillées, et de plus récentes les remplacent.

proof-title = Vérifier une preuve
proof-lead = Une preuve de demande ne se vérifie qu’avec les six mots de la personne. Nous disons seulement si les deux vont ensemble.
proof-field = La preuve
proof-go = Vérifier
proof-yes = Les deux vont ensemble : la demande est bien arrivée à cette date.
proof-no = Les deux ne vont pas ensemble, ou l’un des deux est mal recopié.

sorry-start = Commencer
sorry-open = Retrouver ma demande
sorry-over = Il n’y a plus rien ici
sorry-over-todo = Les réponses s’effacent après deux heures sans bouger, ou quand on quitte. Si tu avais déjà recopié tes deux mots, essaie d’abord tes six mots : ta demande est peut-être arrivée. Sinon, rien n’a été envoyé, et tu peux recommencer.
    .vous = Les réponses s’effacent après deux heures sans bouger, ou quand on quitte. Si vous aviez déjà recopié vos deux mots, essayez d’abord vos six mots : votre demande est peut-être arrivée. Sinon, rien n’a été envoyé, et vous pouvez recommencer.
sorry-closed = Aucune demande n’est ouverte ici
sorry-closed-todo = Une demande se ferme après deux heures sans bouger. Ce que tu as envoyé est en sécurité : ouvre-la avec tes six mots. Si tu étais en train d’écrire, ce message-là n’est pas parti : il faudra l’écrire de nouveau.
    .vous = Une demande se ferme après deux heures sans bouger. Ce que vous avez envoyé est en sécurité : ouvrez-la avec vos six mots. Si vous étiez en train d’écrire, ce message-là n’est pas parti : il faudra l’écrire de nouveau.
sorry-ended = Cette demande n’existe plus
sorry-ended-todo = Elle a été effacée. Les six mots n’ouvrent plus rien, et il ne reste rien à faire ici. Si tu as encore besoin de nous, commence une nouvelle demande.
    .vous = Elle a été effacée. Les six mots n’ouvrent plus rien, et il ne reste rien à faire ici. Si vous avez encore besoin de nous, commencez une nouvelle demande.
sorry-elsewhere = Cette page est trop vieille
sorry-elsewhere-todo = Elle vient d’un autre onglet ou d’un autre site. Rien n’a changé : recharge la page et recommence.
    .vous = Elle vient d’un autre onglet ou d’un autre site. Rien n’a changé : rechargez la page et recommencez.
sorry-too-much = C’est trop d’un coup
sorry-too-much-todo = Rien n’a changé. Reviens en arrière et envoie-le en plusieurs fois.
    .vous = Rien n’a changé. Revenez en arrière et envoyez-le en plusieurs fois.
sorry-often = Trop d’essais d’un coup
sorry-often-todo = C’est pour protéger les demandes de tout le monde. Attends une minute, puis recommence. Rien n’est perdu.
    .vous = C’est pour protéger les demandes de tout le monde. Attendez une minute, puis recommencez. Rien n’est perdu.
sorry-failed = Cela n’a pas marché
sorry-failed-todo = C’est notre faute. Rien n’a changé : attends un peu, reviens en arrière et recommence.
    .vous = C’est notre faute. Rien n’a changé : attendez un peu, revenez en arrière et recommencez.

waiting-working = Ton appareil prépare l’envoi, un instant…
    .vous = Votre appareil prépare l’envoi, un instant…
waiting-title = Beaucoup de monde en ce moment
waiting-more = { $seconds ->
    [one] Attends une seconde, puis appuie sur le bouton. Rien n’est perdu.
   *[other] Attends { $seconds } secondes, puis appuie sur le bouton. Rien n’est perdu.
}
    .vous = { $seconds ->
        [one] Attendez une seconde, puis appuyez sur le bouton. Rien n’est perdu.
       *[other] Attendez { $seconds } secondes, puis appuyez sur le bouton. Rien n’est perdu.
    }
