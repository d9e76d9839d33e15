### La page lisible de l’API. Ce qui vient du document de l’API reste en anglais.

api-title = L’API des partenaires
api-room = API
api-contents = Opérations
api-generated = Tirée du document de la version { $version }, pour les programmes :
api-begin = Avant le premier appel
api-key = L’exploitant du nœud vous donne une clé. Elle n’est montrée qu’une fois, et sert à ce qui a été convenu avec vous. Les exemples ci-dessous lisent l’adresse du nœud et la clé dans deux variables ; ce premier demande ce que le nœud sait de vous.
api-node-example = https://noeud.example
api-errors = Toute erreur est un document « problem » (RFC 9457) : « type » est stable pour les programmes, « detail » dit ce qui s’est passé et quoi faire.
error-401 = Pas de clé, ou une clé qui n’ouvre plus rien.
error-403 = La clé n’a pas ce droit, ou l’accord ne le prévoit pas.
error-409 = Le moment est passé : reprenez un instantané, ou l’entrée est déjà retirée.
error-422 = Lisible, mais infaisable tel quel. Rien n’a changé.
error-429 = Trop d’appels. Attendez le temps que dit Retry-After, et envoyez-en plus à la fois.
error-503 = La banque se charge encore, ou sa base de données est hors d’atteinte. Rien n’a changé ; renvoyez le même appel.
api-english = Cette partie est dans votre langue ; la suite vient du document de l’API, en anglais.
api-parameters = Paramètres
api-body = Corps
api-answers = Réponses
api-example = Exemple
api-schemas = Valeurs
field-required = obligatoire
place-path = dans le chemin
place-query = après « ? »
place-header = en-tête
