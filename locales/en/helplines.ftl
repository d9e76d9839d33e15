### Who helps at once. The lines themselves are in web/data/helplines.toml.

help-danger = Are you in danger right now?
help-talk = Somebody to talk to
help-talk-lead = These people listen and do not judge. You can hang up whenever you like.
help-call = Call { $number }
help-text = Text { $number }
help-free = free
help-anonymous = no name needed
help-elsewhere = In another country
help-trace = A call or a text stays in the phone’s list. You can delete it there.
