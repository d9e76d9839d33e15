### Le portail : ce que lit une personne, souvent jeune, souvent inquiète. Niveau de lecture : onze ans.
### « .vous » : la même chose dite à un adulte.

portal-site = Mon espace
portal-nav = Langue et sortie
portal-exit = Quitter vite
portal-step = Étape { $step } sur { $of }
portal-foot-privacy = Confidentialité en clair
portal-foot-traces = Effacer mes traces
portal-foot-accessibility = Accessibilité
portal-foot-reading = À lire

landing-title = On peut faire quelque chose. Que se passe-t-il ?
landing-lead = C’est gratuit, sans compte, sans donner ton nom. Seule notre équipe lira ce que tu écris : ni tes parents, ni ton école, sauf si tu le veux.
landing-mine = Une image intime de moi circule
landing-mine-more = ou j’ai peur qu’elle circule
landing-threat = On me menace avec une image
landing-threat-more = on me demande de l’argent ou d’autres photos
landing-harassed = On me harcèle
landing-harassed-more = messages, groupes, commentaires, faux comptes
landing-witness = J’ai vu quelque chose
landing-witness-more = une image de quelqu’un d’autre
landing-helper = Je suis un parent, un enseignant, un proche
landing-helper-more = je veux aider quelqu’un
landing-words = J’ai déjà mes six mots : voir où en est ma demande
