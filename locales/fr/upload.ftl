### Un fichier pour l’équipe, verrouillé sur l’appareil ; seulement là où l’exploitant en reçoit.

upload-title = Envoyer l’image elle-même à l’équipe
upload-lead = Ce n’est pas obligatoire. Nous pouvons t’aider sans la voir. Mais quand l’équipe l’a vue, certaines plateformes vont plus vite.
    .vous = Ce n’est pas obligatoire. Nous pouvons vous aider sans la voir. Mais quand l’équipe l’a vue, certaines plateformes vont plus vite.
upload-who = Qui peut la voir : quelques personnes formées de notre équipe, et personne d’autre. Elles ont l’habitude, et elles ne te jugent pas.
    .vous = Qui peut la voir : quelques personnes formées de notre équipe, et personne d’autre. Elles ont l’habitude, et elles ne vous jugent pas.
upload-sealed = Ton téléphone la verrouille avant qu’elle parte. Ce qui voyage, et ce qui reste sur notre machine, est illisible.
    .vous = Votre appareil la verrouille avant qu’elle parte. Ce qui voyage, et ce qui reste sur notre machine, est illisible.
upload-words = Tes six mots ne l’ouvrent pas. Personne ne peut donc te forcer à rendre l’image avec eux.
    .vous = Vos six mots ne l’ouvrent pas. Personne ne peut donc vous forcer à rendre l’image avec eux.
upload-as-is = Elle part telle quelle, sans son nom. À l’intérieur, certains téléphones notent où et quand elle a été prise.
upload-back = Tu peux la reprendre quand tu veux. Elle est alors effacée chez nous. Au bout de { $days ->
        [one] un jour
        [3] trois jours
       *[other] { NUMBER($days) } jours
    } au plus, nous l’effaçons de toute façon, regardée ou non.
    .vous = Vous pouvez la reprendre quand vous voulez. Elle est alors effacée chez nous. Au bout de { $days ->
        [one] un jour
        [3] trois jours
       *[other] { NUMBER($days) } jours
    } au plus, nous l’effaçons de toute façon, regardée ou non.
upload-no-scripts = Ce navigateur bloque les scripts : il ne peut pas verrouiller un fichier avant l’envoi. Alors nous préférons ne pas le recevoir. Continue sans : c’est très bien aussi.
    .vous = Ce navigateur bloque les scripts : il ne peut pas verrouiller un fichier avant l’envoi. Alors nous préférons ne pas le recevoir. Continuez sans : c’est très bien aussi.
upload-pick = Choisir un fichier
upload-pick-more = Une image ou une vidéo à la fois, jusqu’à { $megabytes } Mo.
upload-sealing = Verrouillage et envoi : { $percent } %
upload-cancel = Arrêter
upload-cancelled = C’est arrêté. Ce qui était parti est effacé.
upload-again = Réessayer
upload-offline = La connexion est coupée. Rien n’est perdu : l’envoi reprendra tout seul.
upload-done = Le fichier est arrivé, verrouillé.
upload-large = Ce fichier est trop gros : { $megabytes } Mo au plus. Tu peux continuer sans lui.
    .vous = Ce fichier est trop gros : { $megabytes } Mo au plus. Vous pouvez continuer sans lui.
upload-empty = Ce fichier est vide, ou ne s’ouvre pas.
upload-busy = Beaucoup de fichiers arrivent en ce moment. Continue sans lui, et ajoute-le plus tard à ta demande.
    .vous = Beaucoup de fichiers arrivent en ce moment. Continuez sans lui, et ajoutez-le plus tard à votre demande.
upload-refused = Ce fichier ne peut pas être reçu ici. Continue sans lui : c’est très bien aussi.
    .vous = Ce fichier ne peut pas être reçu ici. Continuez sans lui : c’est très bien aussi.
upload-over = Les morceaux ne se suivent plus. Recharge la page et choisis le fichier encore une fois.
    .vous = Les morceaux ne se suivent plus. Rechargez la page et choisissez le fichier encore une fois.
upload-failed = Cela n’a pas marché, et il ne reste rien du fichier ici. Réessaie, ou continue sans lui.
    .vous = Cela n’a pas marché, et il ne reste rien du fichier ici. Réessayez, ou continuez sans lui.
upload-wait = Le fichier est encore en route. La page suivante viendra toute seule ; ou appuie sur « Arrêter ».
    .vous = Le fichier est encore en route. La page suivante viendra toute seule ; ou appuyez sur « Arrêter ».
upload-full = Il n’y a plus de place ici pour d’autres fichiers.
upload-lost = Un fichier n’a pas pu rester ici : il est effacé. Tu peux le choisir de nouveau, si la page le propose encore, ou continuer sans.
    .vous = Un fichier n’a pas pu rester ici : il est effacé. Vous pouvez le choisir de nouveau, si la page le propose encore, ou continuer sans.
upload-file = Un fichier
upload-file-number = Fichier { $number }
upload-held = verrouillé, part avec ta demande
    .vous = verrouillé, part avec votre demande
upload-arrived = chez l’équipe, verrouillé
upload-checked = regardé, puis détruit
upload-taken-back = repris
upload-in-time = effacé : { $days ->
    [one] un jour est passé
    [3] trois jours sont passés
   *[other] { NUMBER($days) } jours sont passés
} avant notre décision
upload-remove = Retirer
upload-files = Fichiers pour l’équipe
upload-no-files = Aucun fichier pour l’instant.
upload-withdraw-does = Le fichier est effacé chez nous tout de suite. Il ne peut pas être retrouvé.
upload-withdraw-cannot = Si quelqu’un de l’équipe l’a déjà regardé, il ne peut pas l’oublier. La règle de l’équipe : n’en garder aucune copie.
upload-withdraw-again = Ta demande reste, et tu pourras renvoyer le fichier plus tard.
    .vous = Votre demande reste, et vous pourrez renvoyer le fichier plus tard.
