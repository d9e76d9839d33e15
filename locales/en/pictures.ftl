### Choosing pictures: their codes are worked out on the device, and only those leave it.

pictures-title = Choose the pictures to protect
pictures-lead = Your device works out a code for each picture or video: its fingerprint. It lets us recognise the picture if somebody posts it. It is not the picture, only a row of figures.
pictures-stays = The picture stays on your device. We do not see it.
pictures-held = { $held ->
    [one] One code is already here. Those of the files you choose now are added to it.
   *[other] { NUMBER($held) } codes are already here. Those of the files you choose now are added to them.
}
pictures-forget = Forget these codes
pictures-pick = Choose pictures or videos
pictures-pick-more = Up to 50 files. Do not save a picture just to report it: give us its link on the next page instead.
pictures-without = You do not have the picture? Go on without it.
pictures-no-scripts = This browser cannot work out codes here: it blocks scripts, or it is too old. Go on all the same: you can give us links and write to us.
pictures-add = Send these codes

pictures-name = Picture { $n }
pictures-name-video = Video { $n }
pictures-whole = See everything that will leave
pictures-remove = Remove
pictures-remove-one = Remove { $name }
pictures-said = { $name }: { $state }
pictures-removed = { $name } is off the list.
pictures-twice = { $name } is the same file as another on the list. Once is enough.
pictures-too-many = Up to { $most } files in all. The others were not taken.
pictures-unreadable = The codes did not arrive whole. Choose the pictures once more, then go on.
pictures-wait = One moment: codes are still being worked out. The next page will come by itself.

pictures-waiting = Waiting
pictures-working = Working…
pictures-ready = ✓ Code ready
pictures-plain = Too plain
pictures-plain-more = This picture looks like too many others, so we would make mistakes. We will recognise only an exact copy of the file.
pictures-exact = Exact copy
pictures-exact-more = This is a video, or a picture that this browser cannot open. We will recognise only an exact copy of the file.
pictures-large = Too large
pictures-large-more = This picture is too large for this device. We will recognise only an exact copy of the file.
pictures-hidden-more = This browser scrambles pictures to protect you. We will recognise only an exact copy of the file. Another browser will do better.
pictures-bad = Not read
pictures-bad-more = This file is empty or does not open. Nothing of it will leave. Try once more, or go on without it.

pictures-line-none = Sent from this page: 0 bytes of pictures. There is no code to send yet.
pictures-line-one = Sent from this page: 0 bytes of pictures. Next, the code of { $files } file ({ $bytes } bytes) will leave, and nothing else.
pictures-line-other = Sent from this page: 0 bytes of pictures. Next, the codes of { $files } files ({ $bytes } bytes) will leave, and nothing else.

pictures-common = { $pictures ->
    [one] We did not take one of these pictures: very many people have exactly the same one, such as a logo or a blank screen. We keep nothing of it and send nothing of it. The others are kept. If it shows you, write to us: we will see what we can do.
   *[other] We did not take { NUMBER($pictures) } of these pictures: very many people have exactly the same ones, such as a logo or a blank screen. We keep nothing of them and send nothing of them. The others are kept. If one shows you, write to us: we will see what we can do.
}
