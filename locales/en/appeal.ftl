### Content that is stopped wrongly.

appeal-title = Something of yours was stopped, and should not be
appeal-lead = A site refused a picture of yours, or took it down, and you think that it took it for another? We look at it again. No account, no name.
appeal-how = How it goes
appeal-how-device = You choose the picture. Your device makes a code out of it; the picture stays with you, and the code with us.
appeal-how-write = You tell us what it is and where it was stopped.
appeal-how-words = You get six words. With them you come back here and read our answer. A person looks within three days.
appeal-same = We never say whether a picture is on a list: whoever wants to find out what others reported must learn nothing here. Our answer is the same for everybody; what was wrong is put right everywhere at once.
appeal-go = Ask us to look again
appeal-pictures = Choose what was stopped. A code is made of it here, for us to compare; it puts nothing on any list.
