### The wallet page: proofs of age that are kept in the browser, and a site's question.

wallet-name = Proofs of age
wallet-title = Your proofs of age
wallet-lead = This page keeps proofs that you are old enough. A proof says “18 or over”, or another age, and nothing more: not your name, not your birthday. The proofs stay in this browser.
wallet-no-script = This page needs JavaScript: your proofs are made and kept in your browser, not on a server.

## What there is

wallet-stock-title = Proofs you have
wallet-stock = { $age } or over: { $now } for this week, { $next } for next week
wallet-stock-none = You have no proofs yet.
wallet-word-start = One moment.
wallet-word-rest = You have all the proofs you need for now.
wallet-word-waiting = The next proofs are fetched in a moment. The wait has a random length, so that nobody can tell from it what you do. You can leave this page open, or come back.
wallet-word-fetching = Fetching proofs.
wallet-word-enrolled = Your age is confirmed. Your first proofs are on their way.
wallet-word-nobody = To get proofs, first show your age once.
wallet-word-over = What confirmed your age has run out. Show your age again to get new proofs.
wallet-word-full = You have had all the proofs of this week. New ones come on Monday.
wallet-word-offline = The issuer of the proofs does not answer. Nothing is lost. Open this page again later.
wallet-word-unlogged = No proofs were fetched. The issuer shows keys that are not in its public log, and such keys could mark you. This is not your fault. Please tell us.
wallet-word-refused = The issuer does not accept what confirmed your age. Show your age again.
wallet-word-broken = This browser cannot keep proofs. Private windows and very old browsers often cannot.
wallet-word-forgotten = Everything is deleted.
wallet-contact = Write to somebody

## Showing an age

wallet-enrol-title = Show your age
wallet-enrol-lead = You do this once every three months or so, not for each site. Whoever checks your age does not learn which sites you visit.
wallet-enrol-at = Show my age at { $host }
wallet-voucher-title = What confirms your age
wallet-voucher-lead = This is what you got when you showed your age. With it, proofs are fetched. Give it to nobody. If you are a parent and want to confirm your child’s age, you are asked for it there.
wallet-phone-title = Use a telephone instead
wallet-phone-lead = Read this square with your telephone to open this page there. Proofs are not copied: show your age on the telephone too.
wallet-phone-square = A square with the address of this page, to be read by a camera
wallet-forget-title = Delete everything
wallet-forget-lead = All proofs and what confirms your age are deleted from this browser. This cannot be undone. You can show your age again at any time.
wallet-forget = Delete all my proofs

## A site asks

wallet-asked-title = { $age } or over?
wallet-asked-who = This site asks:
wallet-asked-gets = If you agree, it learns that you are { $age } or over. Nothing else.
wallet-asked-nobody = Nobody else is told. Whoever checked your age is not contacted now.
wallet-asked-once = One proof is used up, and is deleted here.
wallet-asked-another = You are about to let in another browser: the one that shows the square. Do it only if that is your own device. Did somebody send you the square? Then do not answer.
wallet-asked-fresh = Your proofs were fetched less than an hour ago. If you can, wait a little: then nobody can guess anything from the time.
wallet-asked-yes = Yes, prove it to this site
wallet-asked-no = Do not answer
wallet-asked-phone = My proofs are on another device
wallet-asked-bytes = See every byte that is sent
wallet-asked-bytes-lead = Your browser sends this form, and nothing more.
wallet-bytes-to = To
wallet-bytes-proof = The whole proof, as it is sent
wallet-bytes-back = The page you wanted to see
wallet-bytes-token = Token: a random number, the week, the key, the issuer’s signature
wallet-bytes-key = A key used for this one proof
wallet-bytes-nonce = The site’s own question
wallet-bytes-signature = Your signature: only for this site, only for this question

## It cannot be answered

wallet-empty-title = No proof left
wallet-empty-lead = The site asks for { $age } or over, and you have no such proof right now.
wallet-empty-wait = Proofs are not fetched while a site is waiting: from the time, somebody could guess where you are. Open your wallet later, in an hour for example, and let it fetch proofs. Go back to the site some time after that.
wallet-later = Later: open my wallet
wallet-closed-title = This question is closed
wallet-closed-lead = A question is answered once, or not at all. If you did not answer, nothing was sent and no proof was used up.
wallet-closed-then = You can close this page, or go back to the site.
wallet-wrong-title = This question cannot be answered
wallet-wrong-lead = The address that brought you here is not whole, or is not a question of a site. Nothing was sent. Go back to the site and try again.
wallet-other-lead = This site takes proofs of another issuer than your wallet has: { $issuer }. Nothing was sent.
