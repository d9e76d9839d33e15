### `/p/3`: the statement on accessibility.

accessible-title = Accessibility
accessible-lead = This site is for everybody, also for those who do not see, do not hear, read with difficulty or use no mouse.
accessible-goal = What we aim for
accessible-goal-rules = The rules WCAG 2.2, level AA, and in France the RGAA.
accessible-goal-state = Where we stand: we test every page ourselves, with a program that looks for faults (axe) and with the keyboard alone. Nobody from outside has audited the site yet. So we do not claim that everything is right.
accessible-works = What you can count on
accessible-works-keys = Everything works with the keyboard. You always see where you are.
accessible-works-small = Everything fits on a small phone and can be enlarged up to four times.
accessible-works-scripts = Everything works without scripts, but two things: making a fingerprint and sealing a file.
accessible-works-dark = Light or dark, as your device is set. Nothing moves by itself.
accessible-works-time = You may take your time: a page waits for two hours.
accessible-gaps = What is missing
accessible-gaps-sign = There is nothing in sign language yet, and no easy-read version.
accessible-gaps-words = There is no other key than the six words. You can paste them, and print them.
accessible-gaps-picture = To make a fingerprint you choose the picture yourself on your device. If you cannot see it, ask somebody you trust, or write to us.
accessible-tell = Something does not work?
accessible-tell-us = Tell us in a message: start on the first page, and write it at the step “message”. You don’t have to tell anything else. We answer in your request.
accessible-tell-others = If we do not answer, or badly: in France the Défenseur des droits can help you, free of charge. Other countries have an office for equal treatment.
accessible-date = Written in November 2026. Read again with each new version.
