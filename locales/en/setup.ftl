### The pages on which the operator sets the portal up.

setup-title = Set the portal up
setup-step = Step { NUMBER($step) } of 3
setup-lead = The portal works as it is. Change what you like; you can come back at any time with a new link.
setup-in-french = In French
setup-in-english = In English
setup-site = Its name
setup-site-more = It stands in the tab and in the browser's history, where others may read it. Choose a name that says nothing of what the site is for.
setup-where = For whom
setup-languages = Languages
setup-languages-both = French and English
setup-languages-fr = French only
setup-languages-en = English only
setup-country = Country
setup-country-more = Two letters, such as FR or BE. The helplines shown are those of this country.
setup-time-zone = Time zone
setup-time-zone-more = Pages tell the time of this zone. Leave it empty for the country’s. Otherwise a name such as Indian/Reunion.
setup-leave = Where “leave now” goes
setup-leave-more = A page that anybody may have been looking at, such as the weather.
setup-open = Open or closed
setup-is-on = The portal is open to everybody
setup-upload = Sending a picture itself
setup-upload-law = Holding such pictures is a crime in most countries unless the law entitles you to it.
setup-upload-more = Without this, only fingerprints leave a person's device. Tick a box only if your lawyer has said in writing that you may receive such files. They would be sealed in the browser, and opened with your 24 words alone.
setup-upload-minor = People under 18 may send us a sealed file
setup-upload-adult = Adults may send us a sealed file
setup-keep = Keep this and go on
setup-wrong-site = The name has 1 to { NUMBER($most) } letters in each language. Nothing was changed.
setup-wrong-time-zone = The time zone is a name such as Europe/Paris, or nothing. Nothing was changed.
setup-wrong-country = The country is two letters, such as FR. Nothing was changed.
setup-wrong-leave = Where “leave now” goes is a whole address that begins with https://. Nothing was changed.

setup-sheet-title = The recovery sheet
setup-sheet-lead = These 24 words are the key that reads what people write to you. Print them or write them down, in this order, and keep two copies in two safe places.
setup-sheet-lost = Without these words nobody can read the cases again: not you, not us. Whoever has them reads every case.
setup-sheet-key = They belong to the public key
setup-sheet-print = To print, use your browser's print command. Do not take a screenshot and do not send the words.
setup-sheet-none = The hotline's key is not on this machine, so its sheet cannot be shown. Its 24 words are where you wrote them down.
setup-go-on = I have them on paper
setup-back = Back

setup-words-title = Two words, to be sure
setup-words-lead = Take the sheet and type these two words.
setup-words-wrong = These are not the words of the sheet. Read them again; nothing was changed.
setup-word = Word { NUMBER($number) }
setup-key-stays = Keep a copy of the key on this machine, in the file hotline.key
setup-key-stays-more = With the copy, commands read cases without asking for the words; so does whoever gets into this machine. Without it, the paper is the only key.
setup-end = Finish

setup-done-title = The portal is set up
setup-done-kept = Everything is kept, and this link is over.
setup-done-gone = The key was removed from this machine. Commands that read cases ask for the 24 words.
setup-done-stays = A copy of the key stays on this machine, in hotline.key. To remove it: rempart case forget-key.
setup-done-cases = To see who wrote to you:
setup-done-again = To change something later, ask for a new link:
setup-done-status = See how the node stands

trouble-no-recipient = Nobody can read what people write on the portal: there is no hotline key.
trouble-no-recipient-todo = Cases that come now stay unreadable. Start the node again with rempart serve: it makes a key. Then set the portal up with rempart setup.
trouble-no-sheet = The hotline's key is on this machine alone: its recovery sheet was never printed.
trouble-no-sheet-todo = If this disk is lost, every case is. Ask for a link with rempart setup, and print the 24 words.
