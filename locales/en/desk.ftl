### The frame of the desk: what every page there shares.

desk-room = desk
desk-nav = Where to work
desk-nav-own = Yourself
desk-sign-out = Sign out
desk-notice-read = Read it and say so on your account
desk-role-analyst = analyst
desk-role-lead = lead
desk-role-mediator = mediator
desk-role-administrator = administrator
desk-role-platform = of a platform
desk-home-title = Front page
desk-home-hello = Hello, { $name }
desk-home-lead = What waits for you stands in the list beside this.
desk-home-nothing = Nothing waits for you here yet.
desk-refused-role = This page is not for your role
desk-refused-role-todo = Nothing was changed. If you need it for your work, ask a lead.
desk-refused-elsewhere = This form was not sent from a page of your session
desk-refused-elsewhere-todo = Nothing was changed. Go back, load the page anew, and send it again.
desk-refused-much = This is more than the form takes
desk-refused-much-todo = Nothing was changed. Shorten it and send it again.
desk-refused-gone = There is nothing here, or not any more
desk-refused-gone-todo = The link may be over, or somebody else was quicker.
desk-refused-failed = This did not work
desk-refused-failed-todo = Nothing was changed. Wait a moment and try again; if it stays like this, tell whoever runs this node.
desk-refused-home = To the front page
