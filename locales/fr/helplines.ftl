### Qui aide tout de suite. Les numéros sont dans web/data/helplines.toml.

help-danger = Tu es en danger maintenant ?
    .vous = Vous êtes en danger maintenant ?
help-talk = Quelqu’un à qui parler
help-talk-lead = Ces personnes écoutent et ne jugent pas. Tu peux raccrocher quand tu veux.
    .vous = Ces personnes écoutent et ne jugent pas. Vous pouvez raccrocher quand vous voulez.
help-call = Appeler le { $number }
help-text = SMS au { $number }
help-free = gratuit
help-anonymous = sans donner ton nom
    .vous = sans donner votre nom
help-elsewhere = Dans un autre pays
help-trace = Un appel ou un SMS reste dans la liste du téléphone. Tu peux l’y effacer.
    .vous = Un appel ou un SMS reste dans la liste du téléphone. Vous pouvez l’y effacer.
