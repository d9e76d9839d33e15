### Un contenu bloqué à tort.

appeal-title = Une image à vous est bloquée, et ne devrait pas l’être
appeal-lead = Un site a refusé une de vos images, ou l’a retirée, et vous pensez qu’il l’a prise pour une autre ? Nous la regardons de nouveau. Sans compte, sans nom.
appeal-how = Comment cela se passe
appeal-how-device = Vous choisissez l’image. Votre appareil en fait un code ; l’image reste chez vous, le code chez nous.
appeal-how-write = Vous nous dites ce que c’est et où elle a été bloquée.
appeal-how-words = Vous recevez six mots. Avec eux, vous revenez ici lire notre réponse. Une personne regarde dans les trois jours.
appeal-same = Nous ne disons jamais si une image est dans une liste : qui voudrait savoir ce que d’autres ont signalé ne doit rien apprendre ici. Notre réponse est la même pour tout le monde ; ce qui était faux est corrigé partout d’un coup.
appeal-go = Demander un nouvel examen
appeal-pictures = Choisissez ce qui a été bloqué. Un code en est fait ici, pour que nous comparions ; il ne met rien dans aucune liste.
