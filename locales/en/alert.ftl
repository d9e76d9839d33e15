### The neutral mail: what pages say of it, and what it says itself.

## On the page of the six words, and in the case

alert-title = A sign by e-mail when there is something new?
alert-lead = You do not need it: you can also come back and look with your six words.
alert-says = The e-mail will only say “{ $subject }” and the name of this site, “{ $site }”. Nothing about you, nothing of what you told us.
alert-says-with-address = The e-mail will only say “{ $subject }”, the name of this site, “{ $site }”, and its address. Nothing about you, nothing of what you told us.
alert-who = If somebody else reads that mailbox, they will see this e-mail. Then leave it empty.
alert-words = It does not replace the six words: nobody can get them back with it.
alert-stop = You can stop it whenever you want.
alert-often = One a day at most, and not right after our message.
alert-field = E-mail address (if you want)
alert-unreadable = This is not an e-mail address. It looks like name@example.org. Correct it, or leave it empty; nothing is lost.
alert-too-long = This address is too long for us: { NUMBER($most) } letters at most. Try another one, or leave it empty.
alert-international = We cannot write yet to addresses with accents or other letters before the @. Try another one, or leave it empty.

## In the case

alert-case = Be told by e-mail
alert-case-none = No address. We write to you nowhere but here.
alert-case-set = An address is kept, locked away. We do not show it here, so that nobody reads it over your shoulder. Not sure that you wrote it right? Write it again.
alert-case-failed = Our last e-mail did not arrive. Perhaps the address is misspelt: write it again, or take it out.
alert-case-go = Keep this address
alert-case-change = Change the address
alert-case-stop = Take the address out

## The mail

alert-mail-subject = Something new
alert-mail-hello = Hello,
alert-mail-news = There is something new on “{ $site }”.
alert-mail-end = This message is automatic: nobody reads replies. It can be stopped on the site.

## The privacy page

privacy-kept-alert = Your e-mail address, if you leave one
privacy-kept-alert-until = As long as your case, or until you take it out. It is kept apart and locked twice: without opening your case, nobody can read it.
privacy-kept-alert-mail = An e-mail that waits to leave
privacy-kept-alert-mail-until = An hour mostly, some days if your mailbox does not answer. It is locked too, but with one key only.
privacy-who-alert = The company that runs your mailbox sees that this site writes “Something new” to you, if you left an address. Nothing else.

## For operators

trouble-mails-late = { $count ->
    [one] One e-mail has waited for more than an hour: somebody is not told of an answer.
   *[other] { NUMBER($count) } e-mails have waited for more than an hour: people are not told of an answer.
}
trouble-mails-late-todo = Last answer of the mail server: { $code }. rempart doctor says whether it answers and takes the sender. It is tried for three days.
trouble-mails-given-up = { $count ->
    [one] One e-mail could not be delivered in the last thirty days.
   *[other] { NUMBER($count) } e-mails could not be delivered in the last thirty days.
}
trouble-mails-given-up-todo = Last answer of the mail server: { $code }. The person sees it when they open their case again. A misspelt address is enough; if there are several, look at what rempart doctor says.
trouble-mails-no-code = none
