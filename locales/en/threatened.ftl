### `/p/4`: somebody threatens with a picture.

threatened-title = Somebody threatens you with a picture
threatened-lead = It is not your fault. Whoever threatens you is doing wrong, whatever you sent. Many people go through this, and it can be stopped.
threatened-do = Do this, in this order
threatened-do-stop = Stop answering. You owe them no word, and no explanation.
threatened-do-keep = Keep proof: screenshots of the messages, the name of the account, the link of the profile, the date.
threatened-do-block = Only then block the account, everywhere, and report it in the app.
threatened-do-tell = Tell one person you trust. It is very heavy to carry alone; with two it is already less.
threatened-do-police = You can go to the police. Threatening somebody with a picture is against the law.
threatened-dont = Do not do this
threatened-dont-pay = Do not pay. Nearly always they ask again.
threatened-dont-send = Do not send another picture, and do not show yourself on camera, whatever they promise.
threatened-dont-delete = Do not delete the conversation: it is your proof.
threatened-dont-meet = Do not meet them, and do not go to “settle it” alone.
threatened-paid = Have you already paid, or sent more?
threatened-paid-more = It happens when you are afraid, and not all is lost. Stop now, keep the proof of the payment, and tell your bank or ask an adult to do it.
threatened-us = What we can do with you
threatened-us-print = Make the picture’s fingerprint on your own phone, before anything is posted. The picture stays with you. Platforms that work with us can then recognise it if somebody tries.
threatened-us-links = If it is already online, ask the site to take it down. We cannot force them. We tell you what they answer.
threatened-us-limit = We cannot erase it from other people’s phones or from private chats. Nobody can, and we prefer to tell you.
threatened-go = Start: one question at a time
threatened-alone = Do you think about dying, or hurting yourself?
threatened-alone-more = This fear passes, even if it does not feel like it now. Do not stay alone tonight. Call one of these numbers: they are there for exactly this.
threatened-read = Good to read
