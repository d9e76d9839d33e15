### `/p/3` : la déclaration d’accessibilité.

accessible-title = Accessibilité
accessible-lead = Ce site est pour tout le monde, aussi pour qui ne voit pas, n’entend pas, lit difficilement ou n’utilise pas de souris.
accessible-goal = Ce qu’on vise
accessible-goal-rules = Les règles WCAG 2.2, niveau AA, et en France le RGAA.
accessible-goal-state = Où on en est : on teste nous-mêmes chaque page, avec un programme qui cherche les défauts (axe) et au clavier seul. Personne d’extérieur n’a encore audité le site. On ne dit donc pas que tout est bon.
accessible-works = Ce sur quoi tu peux compter
accessible-works-keys = Tout marche au clavier. Tu vois toujours où tu en es.
accessible-works-small = Tout tient sur un petit téléphone et s’agrandit jusqu’à quatre fois.
accessible-works-scripts = Tout marche sans scripts, sauf deux choses : faire une empreinte et verrouiller un fichier.
accessible-works-dark = Clair ou sombre, selon ton appareil. Rien ne bouge tout seul.
accessible-works-time = Tu as le temps : une page t’attend deux heures.
accessible-gaps = Ce qui manque
accessible-gaps-sign = Il n’y a encore rien en langue des signes, ni de version facile à lire (FALC).
accessible-gaps-words = Il n’y a pas d’autre clé que les six mots. Tu peux les coller, et les imprimer.
accessible-gaps-picture = Pour faire une empreinte, il faut choisir l’image sur son appareil. Si tu ne la vois pas, demande à une personne de confiance, ou écris-nous.
accessible-tell = Quelque chose ne marche pas ?
accessible-tell-us = Dis-le-nous dans un message : commence à la première page et écris-le à l’étape « message ». Tu n’as rien d’autre à raconter. On te répond dans ta demande.
accessible-tell-others = Si on ne répond pas, ou mal : en France, le Défenseur des droits peut t’aider, gratuitement. Ailleurs, il y a un organisme pour l’égalité.
accessible-date = Écrit en novembre 2026. Relu à chaque nouvelle version.
