### Choisir des images : leurs codes sont calculés sur l’appareil, et eux seuls partent.

pictures-title = Choisis les images à protéger
    .vous = Choisissez les images à protéger
pictures-lead = Ton appareil calcule un code pour chaque image ou vidéo : son empreinte. Elle sert à reconnaître l’image si quelqu’un la publie. Ce n’est pas l’image, seulement une suite de chiffres.
    .vous = Votre appareil calcule un code pour chaque image ou vidéo : son empreinte. Elle sert à reconnaître l’image si quelqu’un la publie. Ce n’est pas l’image, seulement une suite de chiffres.
pictures-stays = L’image reste sur ton appareil. Nous ne la voyons pas.
    .vous = L’image reste sur votre appareil. Nous ne la voyons pas.
pictures-held = { $held ->
    [one] Un code est déjà là. Ceux des fichiers que tu choisis maintenant s’y ajoutent.
   *[other] { NUMBER($held) } codes sont déjà là. Ceux des fichiers que tu choisis maintenant s’y ajoutent.
}
    .vous = { $held ->
    [one] Un code est déjà là. Ceux des fichiers que vous choisissez maintenant s’y ajoutent.
   *[other] { NUMBER($held) } codes sont déjà là. Ceux des fichiers que vous choisissez maintenant s’y ajoutent.
}
pictures-forget = Oublier ces codes
pictures-pick = Choisir des images ou des vidéos
pictures-pick-more = 50 fichiers au plus. N’enregistre pas une image juste pour la signaler : donne plutôt son lien à l’étape suivante.
    .vous = 50 fichiers au plus. N’enregistrez pas une image juste pour la signaler : donnez plutôt son lien à l’étape suivante.
pictures-without = Tu n’as pas l’image ? Continue sans elle.
    .vous = Vous n’avez pas l’image ? Continuez sans elle.
pictures-no-scripts = Ici, ce navigateur ne peut pas calculer de codes : il bloque les scripts, ou il est trop ancien. Continue quand même : tu pourras donner des liens et nous écrire.
    .vous = Ici, ce navigateur ne peut pas calculer de codes : il bloque les scripts, ou il est trop ancien. Continuez quand même : vous pourrez donner des liens et nous écrire.
pictures-add = Envoyer ces codes

pictures-name = Image { $n }
pictures-name-video = Vidéo { $n }
pictures-whole = Voir tout ce qui partira
pictures-remove = Retirer
pictures-remove-one = Retirer { $name }
pictures-said = { $name } : { $state }
pictures-removed = { $name } n’est plus dans la liste.
pictures-twice = { $name } est le même fichier qu’un autre de la liste. Une fois suffit.
pictures-too-many = { $most } fichiers au plus, en tout. Les autres n’ont pas été pris.
pictures-unreadable = Les codes ne sont pas arrivés entiers. Choisis les images encore une fois, puis continue.
    .vous = Les codes ne sont pas arrivés entiers. Choisissez les images encore une fois, puis continuez.
pictures-wait = Encore un instant : des codes se calculent. La suite viendra toute seule.

pictures-waiting = En attente
pictures-working = Calcul en cours…
pictures-ready = ✓ Code prêt
pictures-plain = Trop unie
pictures-plain-more = Cette image ressemble à trop d’autres, on se tromperait. Nous reconnaîtrons seulement la copie exacte du fichier.
pictures-exact = Copie exacte
pictures-exact-more = C’est une vidéo, ou une image que ce navigateur ne sait pas ouvrir. Nous reconnaîtrons seulement la copie exacte du fichier.
pictures-large = Trop grande
pictures-large-more = Cette image est trop grande pour cet appareil. Nous reconnaîtrons seulement la copie exacte du fichier.
pictures-hidden-more = Ce navigateur brouille les images pour te protéger. Nous reconnaîtrons seulement la copie exacte du fichier. Un autre navigateur fera mieux.
    .vous = Ce navigateur brouille les images pour vous protéger. Nous reconnaîtrons seulement la copie exacte du fichier. Un autre navigateur fera mieux.
pictures-bad = Pas lue
pictures-bad-more = Ce fichier est vide ou ne s’ouvre pas. Rien n’en partira. Essaie encore une fois, ou continue sans lui.
    .vous = Ce fichier est vide ou ne s’ouvre pas. Rien n’en partira. Essayez encore une fois, ou continuez sans lui.

pictures-line-none = Envoyé depuis cette page : 0 octet d’image. Il n’y a pas encore de code à envoyer.
pictures-line-one = Envoyé depuis cette page : 0 octet d’image. Ensuite partira le code de { $files } fichier ({ $bytes } octets), et rien d’autre.
pictures-line-other = Envoyé depuis cette page : 0 octet d’image. Ensuite partiront les codes de { $files } fichiers ({ $bytes } octets), et rien d’autre.

pictures-common = { $pictures ->
    [one] Nous n’avons pas pris une de ces images : beaucoup de gens ont exactement la même, par exemple un logo ou un écran vide. Nous n’en gardons rien et n’en envoyons rien. Les autres sont gardées. Si on te voit dessus, écris-le-nous : nous verrons ce que nous pouvons faire.
   *[other] Nous n’avons pas pris { NUMBER($pictures) } de ces images : beaucoup de gens ont exactement les mêmes, par exemple un logo ou un écran vide. Nous n’en gardons rien et n’en envoyons rien. Les autres sont gardées. Si on te voit dessus, écris-le-nous : nous verrons ce que nous pouvons faire.
}
    .vous = { $pictures ->
    [one] Nous n’avons pas pris une de ces images : beaucoup de gens ont exactement la même, par exemple un logo ou un écran vide. Nous n’en gardons rien et n’en envoyons rien. Les autres sont gardées. Si on vous voit dessus, écrivez-le-nous : nous verrons ce que nous pouvons faire.
   *[other] Nous n’avons pas pris { NUMBER($pictures) } de ces images : beaucoup de gens ont exactement les mêmes, par exemple un logo ou un écran vide. Nous n’en gardons rien et n’en envoyons rien. Les autres sont gardées. Si on vous voit dessus, écrivez-le-nous : nous verrons ce que nous pouvons faire.
}
