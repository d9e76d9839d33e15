### Les pages où l’opérateur met le portail en place.

setup-title = Mettre le portail en place
setup-step = Étape { NUMBER($step) } sur 3
setup-lead = Le portail fonctionne tel quel. Changez ce que vous voulez ; vous pourrez revenir à tout moment avec un nouveau lien.
setup-in-french = En français
setup-in-english = En anglais
setup-site = Son nom
setup-site-more = Il figure dans l’onglet et dans l’historique du navigateur, où d’autres peuvent le lire. Choisissez un nom qui ne dit rien de ce à quoi sert le site.
setup-where = Pour qui
setup-languages = Langues
setup-languages-both = Français et anglais
setup-languages-fr = Français seulement
setup-languages-en = Anglais seulement
setup-country = Pays
setup-country-more = Deux lettres, comme FR ou BE. Les lignes d’écoute affichées sont celles de ce pays.
setup-time-zone = Fuseau horaire
setup-time-zone-more = Les pages donnent les heures de ce fuseau. Laissez vide pour celui du pays. Sinon un nom comme Indian/Reunion.
setup-leave = Où mène « quitter »
setup-leave-more = Une page que n’importe qui aurait pu regarder, comme la météo.
setup-open = Ouvert ou fermé
setup-is-on = Le portail est ouvert à tout le monde
setup-upload = Envoyer l’image elle-même
setup-upload-law = Détenir de telles images est un crime ou un délit dans la plupart des pays, sauf si la loi vous y autorise.
setup-upload-more = Sans cela, seules des empreintes quittent l’appareil des personnes. Ne cochez une case que si votre juriste a confirmé par écrit que vous pouvez recevoir ces fichiers. Ils seraient scellés dans le navigateur, et ouverts avec vos 24 mots seulement.
setup-upload-minor = Les moins de 18 ans peuvent nous envoyer un fichier scellé
setup-upload-adult = Les adultes peuvent nous envoyer un fichier scellé
setup-keep = Enregistrer et continuer
setup-wrong-site = Le nom compte de 1 à { NUMBER($most) } lettres dans chaque langue. Rien n’a changé.
setup-wrong-time-zone = Le fuseau horaire est un nom comme Europe/Paris, ou rien. Rien n’a changé.
setup-wrong-country = Le pays s’écrit en deux lettres, comme FR. Rien n’a changé.
setup-wrong-leave = L’endroit où mène « quitter » est une adresse entière qui commence par https://. Rien n’a changé.

setup-sheet-title = La feuille de secours
setup-sheet-lead = Ces 24 mots sont la clé qui lit ce que les personnes vous écrivent. Imprimez-les ou recopiez-les, dans cet ordre, et gardez deux exemplaires en deux lieux sûrs.
setup-sheet-lost = Sans ces mots, plus personne ne peut lire les demandes : ni vous, ni nous. Qui les possède lit toutes les demandes.
setup-sheet-key = Ils appartiennent à la clé publique
setup-sheet-print = Pour imprimer, utilisez la commande d’impression de votre navigateur. Ne faites pas de capture d’écran et n’envoyez pas les mots.
setup-sheet-none = La clé du service d’aide n’est pas sur cette machine ; sa feuille ne peut donc pas être affichée. Les 24 mots sont là où vous les avez écrits.
setup-go-on = Je les ai sur papier
setup-back = Retour

setup-words-title = Deux mots, pour être sûr
setup-words-lead = Prenez la feuille et tapez ces deux mots.
setup-words-wrong = Ce ne sont pas les mots de la feuille. Relisez-les ; rien n’a changé.
setup-word = Mot { NUMBER($number) }
setup-key-stays = Garder une copie de la clé sur cette machine, dans le fichier hotline.key
setup-key-stays-more = Avec la copie, les commandes lisent les demandes sans demander les mots ; quiconque entre dans cette machine aussi. Sans elle, le papier est la seule clé.
setup-end = Terminer

setup-done-title = Le portail est en place
setup-done-kept = Tout est enregistré, et ce lien ne sert plus.
setup-done-gone = La clé a été retirée de cette machine. Les commandes qui lisent les demandes réclament les 24 mots.
setup-done-stays = Une copie de la clé reste sur cette machine, dans hotline.key. Pour la retirer : rempart case forget-key.
setup-done-cases = Pour voir qui vous a écrit :
setup-done-again = Pour changer quelque chose plus tard, demandez un nouveau lien :
setup-done-status = Voir l’état du nœud

trouble-no-recipient = Personne ne peut lire ce qui est écrit sur le portail : le service d’aide n’a pas de clé.
trouble-no-recipient-todo = Les demandes qui arrivent maintenant resteront illisibles. Relancez le nœud avec rempart serve : il crée une clé. Mettez ensuite le portail en place avec rempart setup.
trouble-no-sheet = La clé du service d’aide n’existe que sur cette machine : sa feuille de secours n’a jamais été imprimée.
trouble-no-sheet-todo = Si ce disque est perdu, toutes les demandes le sont. Demandez un lien avec rempart setup, et imprimez les 24 mots.
