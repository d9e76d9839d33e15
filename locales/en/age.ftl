### Age checks: the gate of a site, its refusals, the pages of an attester.

age-contact = Write to somebody

## The gate

age-gate-title = { NUMBER($age) } or over
age-gate-lead = What is behind this page is for people of { NUMBER($age) } or over. Before you see any of it, prove that you are. It takes a moment.
age-gate-site = This site learns that you are { NUMBER($age) } or over. Not your name, not your age, not your date of birth, not how you proved it.
age-gate-provider = Whoever checks your age does not learn that you are here. It is not contacted now.
age-gate-again = Next time, this site cannot tell that you came before.
age-gate-prove = Prove that I am { NUMBER($age) } or over
age-gate-other-device = My proofs are on another device
age-gate-honest = Like every site, this one sees the network address you come from.

## The square for another device

age-handoff-title = Prove it with another device
age-handoff-lead = Read this square with the device that has your proofs. This page goes on by itself.
age-handoff-square = A square with the question of this site, to be read by a camera
age-handoff-waiting = Waiting. This page looks again every { NUMBER($seconds) } seconds.
age-handoff-yours = Whoever answers this square lets in the browser that shows it. Read it with your own device only, and do not answer one that somebody sends you.
age-handoff-here = My proofs are in this browser
age-handoff-link = The same as a link
age-handed-title = Done
age-handed-lead = The page on your other device goes on now. You can close this one.

## Refused

age-refused-title = You were not let in
age-refused-nobody = This says nothing about you: a program checked some numbers, and nobody knows whose they were. Nothing was kept.
age-refused-unreadable = What arrived is no proof, or it was changed on the way.
age-refused-spent = This proof was used here before. Each one works once.
age-refused-too-late = This site’s question was asked more than ten minutes ago, or by another site.
age-refused-other-age = This proof is for another age than the one this site asks for.
age-refused-not-of-now = This proof is not of these weeks, or of an issuer that this site does not know.
age-refused-not-held = This proof belongs to another browser or device.
age-refused-unknown = The site cannot tell right now whether the proof was used before, and then it lets nobody in. Your proof may count as used. Try again in a minute.
age-refused-again = Try again
age-refused-other = Other ways to prove it
age-refused-other-more = You choose how, and this site does not learn which way you chose. There are ways without a document and without a telephone.
age-refused-wallet = Choose another way
age-refused-contest = If you think this is wrong
age-refused-contest-more = A person looks at it. You need not say who you are.

## An attester: the ways

age-over = { NUMBER($age) } or over
age-choose-title = How do you want to prove your age?
age-choose-lead = Choose one way. You do this once in a while, not for each site. Whoever checks it here never learns which sites you visit, and no site learns how you proved it.
age-choose-take = Take this way
age-way-others = See all the ways
age-way-go = Go on
age-onward-title = You are going on
age-onward-site = Next comes a page of { $host }.
age-onward-application = Next comes your own application, on this device.
age-onward-wait = If it does not open by itself, press the button.
age-way-transitional = This way is allowed for a time only: a card shows that somebody has a card, hardly that they are grown up.
age-way-retains-nothing = Nothing of it is kept.
age-way-retains-digest = What you show is not kept. A number that cannot be turned back into it stays for 90 days, so that one proof does not serve a thousand people.
age-way-told-nobody = Nobody else hears of it.
age-way-told-provider = Whoever keeps your account learns that an age was asked for, not what for.
age-way-level-asserted = How sure it is: somebody says so.
age-way-level-standard = How sure it is: some evidence.
age-way-level-enhanced = How sure it is: checked with the source.
age-way-level-strict = How sure it is: checked with the source, and bound to you.
age-way-code = A code that you were given
age-way-code-what = A school, a town hall or a shop that saw you gave you a code on paper. Type it here. It works once.
age-way-parent = A parent vouches for a child
age-way-parent-what = A parent who has proven to be 18 or over says which age group their child is in. The parent’s own voucher is needed; it stays the parent’s.
age-way-account = An account that knows your date of birth
age-way-account-what = You sign in there. Only your date of birth is asked for, and it is forgotten here at once.
age-way-wallet = An age proof of your European wallet
age-way-wallet-what = Your application shows that you are of age, and nothing else.
age-way-chip = The chip of your passport or identity card
age-way-chip-what = An application read two files from the chip. Give both: the state’s signature is checked, your date of birth is read, and both are forgotten at once.
age-way-card = A bank card
age-way-card-what = Your bank confirms that the card is yours, with its own second step. Nothing is paid. Check in your bank’s application that the amount is zero; your bank never asks for your code here.
age-field-code = The code
age-field-voucher = The parent’s voucher
age-field-bracket = The child’s age
age-field-sod = The file EF.SOD
age-field-dg1 = The file EF.DG1

age-not-title = Your age could not be confirmed
age-not-kept = Nothing of what you showed was kept.
age-not-unreadable = What arrived is not what this way asks for.
age-not-too-young = This was read, and shows none of the ages that can be proven here.
age-not-too-often = This was used as often as it may be.
age-not-provider = Whoever keeps your account or card did not confirm it. Try again later, or another way.
age-not-confirmed = This could not be confirmed: it is not signed by anybody trusted here, it is over, or it was used before.
