### The operator's page of what a partner pastes into its clients of other systems.

clients-title = Clients of { $name }
clients-what = Clients of five other systems can read this node as theirs. Each needs one address and one key. What they are shown, and what they may send, is what was agreed with this partner.
clients-places = In what follows, put the node’s address in the place of { $url } and a key of the partner’s in the place of { $key }. With a key at hand, this writes all of it out:
clients-fixed = The client in threatexchange, which HMA and Coop use, has the system’s address built in: give it our adapter (clients/python), or lead that address to this node. Its own settings are these:
clients-free = The client that is used most takes the address from its settings:
clients-back = Back to the status
