### La page portefeuille : des preuves d’âge gardées dans le navigateur, et la question d’un site.

wallet-name = Preuves d’âge
wallet-title = Vos preuves d’âge
wallet-lead = Cette page garde des preuves que vous avez l’âge. Une preuve dit « 18 ans ou plus », ou un autre âge, et rien de plus : ni votre nom, ni votre anniversaire. Les preuves restent dans ce navigateur.
wallet-no-script = Cette page a besoin de JavaScript : vos preuves sont faites et gardées dans votre navigateur, pas sur un serveur.

## Ce qu’il y a

wallet-stock-title = Les preuves que vous avez
wallet-stock = { $age } ans ou plus : { $now } pour cette semaine, { $next } pour la suivante
wallet-stock-none = Vous n’avez pas encore de preuve.
wallet-word-start = Un instant.
wallet-word-rest = Vous avez toutes les preuves qu’il vous faut pour le moment.
wallet-word-waiting = Les prochaines preuves arrivent dans un instant. L’attente est tirée au hasard, pour que personne ne puisse en déduire ce que vous faites. Vous pouvez laisser cette page ouverte, ou revenir.
wallet-word-fetching = Les preuves arrivent.
wallet-word-enrolled = Votre âge est confirmé. Vos premières preuves sont en route.
wallet-word-nobody = Pour avoir des preuves, montrez d’abord votre âge une fois.
wallet-word-over = Ce qui confirmait votre âge n’est plus valable. Montrez de nouveau votre âge pour avoir de nouvelles preuves.
wallet-word-full = Vous avez eu toutes les preuves de cette semaine. Il y en aura de nouvelles lundi.
wallet-word-offline = L’émetteur des preuves ne répond pas. Rien n’est perdu. Rouvrez cette page plus tard.
wallet-word-unlogged = Aucune preuve n’a été demandée. L’émetteur montre des clés qui ne sont pas dans son registre public, et de telles clés pourraient servir à vous reconnaître. Ce n’est pas votre faute. Écrivez-nous, s’il vous plaît.
wallet-word-refused = L’émetteur n’accepte pas ce qui confirme votre âge. Montrez de nouveau votre âge.
wallet-word-broken = Ce navigateur ne peut pas garder de preuves. C’est souvent le cas des fenêtres privées et des navigateurs très anciens.
wallet-word-forgotten = Tout est effacé.
wallet-contact = Écrire à quelqu’un

## Montrer un âge

wallet-enrol-title = Montrer votre âge
wallet-enrol-lead = Cela se fait une fois tous les trois mois environ, pas pour chaque site. Celui qui vérifie votre âge n’apprend pas quels sites vous visitez.
wallet-enrol-at = Montrer mon âge chez { $host }
wallet-voucher-title = Ce qui confirme votre âge
wallet-voucher-lead = C’est ce que vous avez reçu en montrant votre âge. Il sert à demander des preuves. Ne le donnez à personne. Si vous êtes parent et voulez confirmer l’âge de votre enfant, il vous sera demandé là-bas.
wallet-phone-title = Utiliser plutôt un téléphone
wallet-phone-lead = Lisez ce carré avec votre téléphone pour y ouvrir cette page. Les preuves ne sont pas copiées : montrez votre âge sur le téléphone aussi.
wallet-phone-square = Un carré qui contient l’adresse de cette page, à lire avec un appareil photo
wallet-forget-title = Tout effacer
wallet-forget-lead = Toutes les preuves, et ce qui confirme votre âge, sont effacées de ce navigateur. On ne peut pas revenir en arrière. Vous pourrez montrer de nouveau votre âge à tout moment.
wallet-forget = Effacer toutes mes preuves

## Un site demande

wallet-asked-title = { $age } ans ou plus ?
wallet-asked-who = Ce site demande :
wallet-asked-gets = Si vous êtes d’accord, il apprend que vous avez { $age } ans ou plus. Rien d’autre.
wallet-asked-nobody = Personne d’autre ne l’apprend. Celui qui a vérifié votre âge n’est pas contacté maintenant.
wallet-asked-once = Une preuve est utilisée, puis effacée ici.
wallet-asked-another = Vous allez faire entrer un autre navigateur : celui qui montre le carré. Faites-le seulement si c’est votre propre appareil. Quelqu’un vous a envoyé le carré ? Alors ne répondez pas.
wallet-asked-fresh = Vos preuves sont arrivées il y a moins d’une heure. Si vous le pouvez, attendez un peu : personne ne pourra alors rien déduire de l’heure.
wallet-asked-yes = Oui, le prouver à ce site
wallet-asked-no = Ne pas répondre
wallet-asked-phone = Mes preuves sont sur un autre appareil
wallet-asked-bytes = Voir chaque octet envoyé
wallet-asked-bytes-lead = Votre navigateur envoie ce formulaire, et rien de plus.
wallet-bytes-to = À
wallet-bytes-proof = La preuve entière, telle qu’elle est envoyée
wallet-bytes-back = La page que vous vouliez voir
wallet-bytes-token = Jeton : un nombre au hasard, la semaine, la clé, la signature de l’émetteur
wallet-bytes-key = Une clé qui ne sert qu’à cette preuve
wallet-bytes-nonce = La question du site lui-même
wallet-bytes-signature = Votre signature : pour ce site seulement, pour cette question seulement

## On ne peut pas répondre

wallet-empty-title = Il ne reste pas de preuve
wallet-empty-lead = Le site demande { $age } ans ou plus, et vous n’avez pas de preuve pour cet âge en ce moment.
wallet-empty-wait = Aucune preuve n’est demandée pendant qu’un site attend : d’après l’heure, quelqu’un pourrait deviner où vous êtes. Ouvrez votre portefeuille plus tard, dans une heure par exemple, et laissez venir les preuves. Retournez au site quelque temps après.
wallet-later = Plus tard : ouvrir mon portefeuille
wallet-closed-title = Cette question est fermée
wallet-closed-lead = On répond à une question une seule fois, ou pas du tout. Si vous n’avez pas répondu, rien n’a été envoyé et aucune preuve n’a été utilisée.
wallet-closed-then = Vous pouvez fermer cette page, ou retourner au site.
wallet-wrong-title = On ne peut pas répondre à cette question
wallet-wrong-lead = L’adresse qui vous a amené ici n’est pas entière, ou n’est pas la question d’un site. Rien n’a été envoyé. Retournez au site et réessayez.
wallet-other-lead = Ce site accepte les preuves d’un autre émetteur que celui de votre portefeuille : { $issuer }. Rien n’a été envoyé.
