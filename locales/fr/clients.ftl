### The operator's page of what a partner pastes into its clients of other systems.

clients-title = Clients de { $name }
clients-what = Les clients de cinq autres systèmes peuvent lire ce nœud comme si c’était le leur. À chacun il faut une adresse et une clé. Ce qui leur est montré, et ce qu’ils peuvent envoyer, est ce qui a été convenu avec ce partenaire.
clients-places = Ci-dessous, mettez l’adresse du nœud à la place de { $url } et une clé du partenaire à la place de { $key }. Avec une clé sous la main, ceci écrit le tout :
clients-fixed = Le client de threatexchange, que HMA et Coop utilisent, a l’adresse du système en dur : donnez-lui notre adaptateur (clients/python), ou menez cette adresse à ce nœud. Ses propres réglages sont ceux-ci :
clients-free = Le client le plus utilisé prend l’adresse dans ses réglages :
clients-back = Retour à l’état
