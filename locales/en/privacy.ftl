### `/p/1`: privacy in plain words. Says what is so, the awkward parts too.

privacy-title = What happens to what you tell us
privacy-short = In short
privacy-short-name = No account, no name, no phone number. You get six words; they are the only key.
privacy-short-picture = Your pictures stay on your phone, unless you decide to send one. Only their fingerprint leaves: a row of figures.
privacy-short-locked = What you write is locked. Only you and our team can open it.
privacy-short-delete = As long as your request exists you can take everything back, at any time, without giving a reason.

privacy-kept = What we keep, and until when
privacy-kept-draft = Answers that you have not sent yet
privacy-kept-draft-until = { $hours } hours after your last click. Until then only your own browser can open them.
privacy-kept-case = What you write to us, and your links
privacy-kept-case-until = { NUMBER($days) } days after you or we last wrote or did something. Your page tells you during the last { $warned } days.
privacy-kept-file = A picture that you sent to our team
privacy-kept-file-until = Until we have decided, and { $days ->
        [one] one day
        [3] three days
       *[other] { NUMBER($days) } days
    } at most, looked at or not. Take it back, and it is deleted at once. If you never send your case, it goes when you leave, or within { $hours } hours of your last click.
privacy-kept-print = The fingerprints
privacy-kept-print-until = As long as they protect you. If you take one back, we no longer share it for you, and at once we ask every platform to forget it, unless somebody else reported the same picture. Some platforms only understand “forget this one” if we name it: so we may keep it locked for 90 days, for that alone. If your request is deleted because nobody comes any more, the fingerprints stay in place, and nobody can take them back.
privacy-kept-end = That a request existed, and how it ended
privacy-kept-end-until = { $days ->
    [365] One year
   *[other] { NUMBER($days) } days
} after its end, so that your six words still get an answer. Nothing else is left in it.
privacy-kept-copies = Copies in case a machine breaks
privacy-kept-copies-until = Locked too, and replaced by newer ones.

privacy-locked = How it is locked
privacy-locked-keys = There are two keys: your six words, and our team’s key. We do not have your six words. The team’s key is not on our machine. Somebody who steals the machine has neither.
privacy-locked-keys-here = There are two keys: your six words, and our team’s key. We do not have your six words. The team’s key is still on our machine, until the team puts it away. Until then, somebody who steals the machine could read what people write to us.
privacy-locked-thief = Even without these keys a thief could see: how many requests there are, roughly how long they are, whether they are about somebody under 18, whether they are urgent, who is to write next (you or we), and in which hour something happened. They could have the fingerprints, but not know which request they come from. No names, no texts, no links.

privacy-locked-file = A picture that you send to our team is locked on your phone, before it leaves. Only our team’s key opens it; your six words do not. That thief would see how many such files there are, roughly how large, and on which day they end, but not whose they are.

privacy-who = Who reads it
privacy-who-team = Our team reads your messages and your links. It takes the team’s key or your six words to open them: without one of these nobody can read them.
privacy-who-file = If you send a picture itself, a few trained people of our team may look at it. Nobody has to send one.
privacy-who-platforms = Platforms get the fingerprints, and sites get the links that you want removed, if you agree. They never get what you write. The only thing we tell them: whether the person in the picture is under 18.
privacy-who-not = Your parents and your school get nothing, unless you want it. The police get nothing, unless you want it.
privacy-who-forced = Two exceptions, and we tell you rather than hide them: a life is in danger, or a judge orders us. Then we may have to tell what we know. It is little, because we keep little.

privacy-never = What we never keep
privacy-never-address = The address of your phone or computer on the internet (the “IP address”). To hold off floods, we keep a scrambled trace, only in memory and for one day, from which it cannot be found again.
privacy-never-others = Advertising, counting by other companies, buttons of social networks: there is none on these pages.
privacy-never-cookie = A cookie, before your first answer. Then there is one. Two hours after your last click it opens nothing any more.

privacy-cannot = What we cannot do
privacy-cannot-phones = Erase a picture from other people’s phones, or from private chats.
privacy-cannot-force = Force a site. We ask, we ask again, and we tell you what it says.
privacy-cannot-words = Find your six words again. If they are lost, nobody can open your request with them again. You can begin a new one.
privacy-cannot-print = Swear that a fingerprint says nothing. It is no picture, but somebody very skilled might guess rough shapes from it. That is why we lock it too and give it only to those who have to compare.

privacy-rights = Your rights
privacy-rights-words = With your six words you can see everything, add to it, correct it, take it back or delete it. We never ask who you are for that.
privacy-rights-authority = If you think that we do something wrong with it, write to us in your request, or complain to the authority for data protection in your country. In France that is the CNIL.
