### Le cadre du bureau : ce que toutes ses pages partagent.

desk-room = bureau
desk-nav = Où travailler
desk-nav-own = Vous
desk-sign-out = Se déconnecter
desk-notice-read = À lire, puis à confirmer sur votre compte
desk-role-analyst = analyste
desk-role-lead = responsable
desk-role-mediator = médiation
desk-role-administrator = administration
desk-role-platform = d’une plateforme
desk-home-title = Accueil
desk-home-hello = Bonjour, { $name }
desk-home-lead = Ce qui vous attend est dans la liste à côté.
desk-home-nothing = Rien ne vous attend ici pour l’instant.
desk-refused-role = Cette page n’est pas pour votre rôle
desk-refused-role-todo = Rien n’a été changé. S’il vous la faut pour travailler, parlez-en à une ou un responsable.
desk-refused-elsewhere = Ce formulaire ne vient pas d’une page de votre session
desk-refused-elsewhere-todo = Rien n’a été changé. Revenez en arrière, rechargez la page et renvoyez-le.
desk-refused-much = C’est plus que ce formulaire ne prend
desk-refused-much-todo = Rien n’a été changé. Raccourcissez et renvoyez.
desk-refused-gone = Il n’y a rien ici, ou plus rien
desk-refused-gone-todo = Le lien est peut-être terminé, ou quelqu’un est allé plus vite.
desk-refused-failed = Cela n’a pas marché
desk-refused-failed-todo = Rien n’a été changé. Attendez un instant et réessayez ; si cela dure, prévenez qui gère ce nœud.
desk-refused-home = Vers l’accueil
