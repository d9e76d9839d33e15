### The portal: what a person reads, often young, often afraid. Reading age: eleven.

portal-nav = Language and way out
portal-exit = Leave now
portal-step = Step { $step } of { $of }
portal-foot-privacy = Privacy in plain words
portal-foot-traces = Clear my tracks
portal-foot-accessibility = Accessibility
portal-foot-appeal = Stopped wrongly?
portal-foot-reading = Good to read
portal-foot-figures = Our numbers

landing-title = Something can be done. What is happening?
landing-lead = It is free, there is no account, and you need not say your name. Only our team reads what you write. We do not tell your parents or your school, unless you want us to, or a life is in danger.
landing-mine = An intimate picture of me is going around
landing-mine-more = or I am afraid that it will
landing-threat = Somebody threatens me with a picture
landing-threat-more = they ask for money or for more pictures
landing-harassed = I am being harassed
landing-harassed-more = messages, groups, comments, fake accounts
landing-witness = I saw something
landing-witness-more = a picture of somebody else
landing-helper = I am a parent, a teacher or a friend
landing-helper-more = I want to help somebody
landing-words = I have my six words: see where my request stands
portal-exit-once = Press Shift two more times to leave.
portal-exit-twice = Press Shift once more to leave.

## What all questions say.

answer-go-on = Go on
answer-back = Back
answer-unknown = I don’t know
answer-missing = Choose an answer. “I don’t know” is one.

age-title = How old are you?
age-lead = It changes which law protects you and who can help. We ask for no name and no date of birth. We do not tell your parents, unless you want us to, or a life is in danger.
age-title-other = How old is the person in the picture, or the person it is about?
age-lead-other = Roughly. It changes which law protects them.
age-under-13 = Under 13
age-13 = 13 or 14
age-15 = 15, 16 or 17
age-was = An adult now
age-was-more = but under 18 in the picture
age-18 = 18 or over
age-unknown-more = just in case: the strongest protection, that of under 18s

stand-title = Where do things stand?
stand-lead = Choose what fits best. You can change it later by writing to us.
stand-offline = The picture is not online yet
stand-offline-more = I am afraid that it will be
stand-threat = Somebody threatens to post the picture
stand-threat-more = for money, for more pictures, or to frighten
stand-links = The picture is online, and I have links
stand-links-more = the address of a page, an account, a message
stand-no-links = The picture is online, but I have no link
stand-no-links-more = somebody told me, or I saw it pass
stand-private = The picture goes around in private messages
stand-private-more = we cannot delete it from phones or from encrypted messages, but we can help

threat-title = First: it is not your fault.
threat-lead = Whoever threatens you is doing something that is against the law. It happens to many people, and there are things to do right now.
threat-do = Do
threat-do-stop = Stop answering. Every answer makes them go on.
threat-do-keep = Keep the messages, the name of the account and the link: a screenshot is enough. Then block.
threat-do-tell = Tell somebody you trust, or tell us. You need not be alone with this.
threat-dont = Don’t
threat-dont-pay = Don’t pay. After one payment they nearly always ask for another.
threat-dont-send = Don’t send another picture.
threat-dont-delete = Don’t delete the chat: it is your proof.
threat-more = You can go on: on the next page your device makes a fingerprint of the picture, so that platforms that work with us can recognise it if somebody posts it.


links-title = Do you have links?
links-lead = Paste the addresses of the pages, accounts or messages where it happens. If you have none, go on.
links-field = Addresses
links-field-more = one a line, or the text that they stand in
links-remove = Take away
links-never-download = Don’t save a picture just to report it: the link is enough.
links-refused = We could not take this:
links-cut = One request can have { $most } links. The first ones are kept; write to us about the others.
links-unreadable = does not look like a whole address.
links-scheme = is not a page of the web.
links-private = leads into a device or a private network: nobody else can see that page.
links-not-public = is not the name of a public site.
links-hidden = is a hidden site, with nobody to write to. Tell us about it in a message.
links-too-long = is too long.
links-cut-off = is cut off: copy the whole address with the “share” button.

message-title = Would you like to tell us something?
message-lead = You don’t have to. The name of an account, a date, what you are afraid of: what you write helps us. We will never ask you why.
message-field = Your message
message-more = Only our team can read it. Don’t write your name or where you live, unless you want us to know.
message-too-long = That is too long for one message: { NUMBER($most) } characters at most. Nothing is lost: make it shorter, or keep the rest for a second message.

consent-title = What may we do?
consent-lead = You decide. Tick what you agree to.
consent-share = Give the fingerprints to platforms
consent-share-more = so that they recognise copies. They get numbers, never the picture. The only thing we tell them: whether the person in the picture is under 18.
consent-later = Also to platforms that join us later
consent-later-more = Without this, a platform that joins after today is told nothing. You can tick it another day.
consent-notices = Ask sites to take the pages down
consent-notices-more = in our name, without giving yours. Some answer fast, others don’t; we will tell you what they say.
consent-police = Tell the police
consent-police-more = if you do not tick this, we don’t, unless a life is in danger or a judge orders it.
consent-count = Count my request in the statistics
consent-count-more = numbers only: how many requests, how many taken down.
consent-platforms = { $count ->
    [one] The platform that gets the fingerprints
   *[other] The { $count } platforms that get the fingerprints
}
consent-platforms-more = Untick those that must not get them.
consent-change = You can change your mind with your six words.

receipt-title = These are your six words. They are the only key.
receipt-lead = Keep them like a secret: in your head, on paper, with somebody you trust. They can pass for a shopping list.
receipt-lost = If they are lost, they are lost for good.
receipt-lost-more = We don’t know them. Without them nobody can open your request again, and we cannot do it for you.
receipt-copy = Copy
receipt-copied = The words are copied.
receipt-not-copied = Your browser will not copy: write them down by hand.
receipt-print = Print
receipt-square = The words as a square, for another phone to read
receipt-check = Let’s check together
receipt-check-more = Write these two words, and your request goes off.
receipt-word = Word number { $place }
receipt-wrong = Those are not the two words. Look at the list above; nothing is lost.
receipt-days = Your request is deleted { NUMBER($days) } days after the last thing you do in it, or our last message. Fingerprints that platforms already have then stay in place, and nobody can take them back: to do that, come back before.
receipt-send = Send my request

open-title = Find my request
open-lead = Write your six words, in order. Capitals and commas don’t matter.
open-field = The six words
open-field-more = you can paste them
open-go = Open
open-lost = If you have lost your words, nobody can find them again. You can begin a new request.
open-nothing = These six words open nothing here. Check their order and spelling.
open-deleted = This request was deleted by whoever had the words. Nothing is left of it.
open-expired = This request deleted itself, because nobody came for a long time. The fingerprints that platforms have stay in place.
open-count = { $words ->
    [0] Write the six words.
    [one] It takes six words; there is one.
   *[other] It takes six words; there are { $words }.
}
open-unknown = Word number { $position } is not in our list. Is it spelt right?
open-unknown-near = Word number { $position } is not in our list. Perhaps: { $nearest }?
open-mixed = These words are of two languages. Perhaps one of them is misspelt.

case-title = Where your request stands
case-received = Your request arrived on { $moment }.
case-ends-soon = { $days ->
    [0] This request will be deleted today. Write us a word to keep it.
    [one] This request will be deleted tomorrow. Write us a word to keep it.
   *[other] This request will be deleted in { $days } days. Write us a word to keep it.
}
case-ends-week = After { $moment } nothing of it is left, and nobody can find it again, not even we. The fingerprints that were given go on protecting you.
case-clock = Times on this page: { $city }.
case-clock-world = Times on this page: universal time (UTC).
case-answer-due = We mean to answer you by { $moment }.
case-answer-late = We meant to answer you by { $moment }, and we are late. That is our fault, not yours. If it cannot wait, the numbers on the first page answer at once.
case-due = expected by { $moment }
case-late = late since { $moment }
case-messages = Messages
case-no-messages = There is no message yet. Our answer will appear here.
case-from-you = You
case-from-us = The team
case-write = Write to the team
case-write-go = Send the message
case-pictures = Pictures and videos
case-no-pictures = No fingerprint so far.
case-keeps-pictures = At least one fingerprint stays with us: no platform can recognise that picture. If you want to give it to them, tick the first box.
case-asks-links = Shall we ask sites to take these pages down? We do not do it unless you agree.
case-picture = Fingerprint { $number }
case-picture-received = received on { $moment }
case-exact-only = Only exact copies of this file are recognised.
case-kept = kept with us
case-kept-more = Its fingerprint was given to nobody. To give it to platforms, tick the box below.
case-refused = taken out by the team
case-refused-more = The team took this fingerprint out. If no message says why, ask us.
case-withdrawn = taken back
case-withdrawn-more = You took it back on { $moment }. We no longer share it for you. These are up to date already:
case-withdrawn-alone = You took it back on { $moment }. We no longer share it for you.
case-forgotten = up to date
case-not-yet-forgotten = not confirmed yet
case-disputed = contested
case-not-checked = not checked yet
case-checked = checked
case-no-platforms = No platform works with us yet. The fingerprint is ready: the first one that joins us will get it.
case-shared = { $of ->
    [one] { $having } of 1 platform has the fingerprint.
   *[other] { $having } of { $of } platforms have the fingerprint.
}
case-said = It says:
case-has-it = received
case-not-yet = not yet
case-hidden = no longer shared for you
case-because-not-a-violation = It says that this does not break its rules.
case-because-public-interest = It says that this is news, teaching or art.
case-because-consent = It says that the person in it published it themselves.
case-because-legal = It says that the law does not let it take this down.
case-because-under-review = It says that it is still looking.
case-refused-by = A refusal is not always the last word. If what they say is not true, write it to us: we can ask again.
case-withdraw = Take back
case-add-pictures = Add pictures
case-links = Links
case-no-links = No link so far.
case-link-withdrawn = taken back
case-link-received = received on { $moment }
notice-waiting = we are about to ask for it to be taken down.
notice-sent = asked to take it down on { $moment }.
notice-acknowledged = has our request since { $moment } and is looking at it.
notice-removed = taken down, { $moment }.
notice-geo-blocked = hidden in some countries since { $moment }, not in all.
notice-back = it was taken down and is there again ({ $moment }). The team asks once more.
notice-refused = refused on { $moment }.
notice-undeliverable = our request did not get through ({ $moment }). The team looks for another way.
notice-withdrawn = we took our request back on { $moment }.
case-add-links = Add links
case-add-links-go = Add
case-may = What we may do
case-may-go = Keep these choices
case-proof = Proof of your request
case-proof-more = This code proves the date of your request. It says nothing about it, and can be checked only with the six words.
case-proof-check = Check a proof
case-end = Close or delete
case-ends = This request will be deleted on { $day }, unless you do something in it or the team writes to you before. Fingerprints that platforms have will stay: to take them back, do it before then.
case-close = Close, without deleting anything
case-delete = Delete everything now

case-did-seen = { $copies ->
    [one] one copy seen
   *[other] { NUMBER($copies) } copies seen
}
case-did-blocked = { $copies ->
    [one] one upload blocked
   *[other] { NUMBER($copies) } uploads blocked
}
case-did-removed = { $copies ->
    [one] one copy taken down
   *[other] { NUMBER($copies) } copies taken down
}
case-did-kept = { $copies ->
    [one] one copy left in place
   *[other] { NUMBER($copies) } copies left in place
}
case-did-mistaken = { $copies ->
    [one] a likeness, not the same picture
   *[other] { NUMBER($copies) } likenesses, not the same picture
}

sure-no = No, go back
withdraw-title = Take this back?
withdraw-does = We no longer share this fingerprint for you, and at once we ask platforms to forget it, unless somebody else reported the same picture. We stop following a link, and tell its site that we no longer ask, unless we asked it for other links too.
withdraw-cannot = What was taken down elsewhere does not come back. What still goes around may not be recognised any more.
withdraw-again = You can add it again later.
withdraw-go = Yes, take it back
delete-title = Delete everything?
delete-does = Messages and links are deleted here. We no longer share the fingerprints for you, and we ask platforms to forget them, unless somebody else reported the same picture. Sites that we already asked to take a page down stay asked.
delete-again = The six words will open nothing any more, and nothing can be found again.
delete-go = Yes, delete everything
gone-title = It is deleted.
gone-more = Nothing is left of this request here but that it was deleted, for { $days ->
    [365] one year
   *[other] { NUMBER($days) } days
}, for whoever has the six words. Copies in case a machine breaks are locked, and newer ones replace them.

proof-title = Check a proof
proof-lead = A proof of a request can be checked only with the person’s six words. We say only whether the two belong together.
proof-field = The proof
proof-go = Check
proof-yes = The two belong together: the request did arrive on that date.
proof-no = The two do not belong together, or one of them was copied wrongly.

sorry-start = Begin
sorry-open = Find my request
sorry-over = There is nothing here any more
sorry-over-todo = Answers are deleted after two hours without a move, or when you leave. If you had already typed your two words back, try your six words first: your request may have arrived. If not, nothing was sent, and you can begin again.
sorry-closed = No request is open here
sorry-closed-todo = A request closes after two hours without a move. What you have sent is safe: open it with your six words. If you were writing just now, that message did not go off: you will have to write it again.
sorry-ended = This request no longer exists
sorry-ended-todo = It was deleted. The six words open nothing any more, and there is nothing left to do here. If you still need us, begin a new request.
sorry-elsewhere = This page is too old
sorry-elsewhere-todo = It comes from another tab or another site. Nothing was changed: load the page again and try again.
sorry-too-much = That is too much at once
sorry-too-much-todo = Nothing was changed. Go back and send it in several parts.
sorry-often = Too many tries at once
sorry-often-todo = This protects everybody’s requests. Wait a minute, then try again. Nothing is lost.
sorry-failed = That did not work
sorry-failed-todo = It is our fault. Nothing was changed: wait a little, go back and try again.

waiting-working = Your device is getting it ready, one moment…
waiting-title = Many people are here right now
waiting-more = { $seconds ->
    [one] Wait one second, then press the button. Nothing is lost.
   *[other] Wait { $seconds } seconds, then press the button. Nothing is lost.
}
