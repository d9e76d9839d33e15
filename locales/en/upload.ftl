### A file for the team, sealed on the device; only where the operator takes any.

upload-title = Send the picture itself to the team
upload-lead = You do not have to. We can help you without seeing it. But if our team has seen it, some platforms act faster.
upload-who = Who can see it: a few trained people of our team, and nobody else. They are used to it, and they do not judge you.
upload-sealed = Your device locks it before it leaves. What travels, and what lies on our machine, is unreadable.
upload-words = Your six words do not open it. So nobody can force you to give the picture back with them.
upload-as-is = It leaves as it is, without its name. Inside, some phones note where and when it was taken.
upload-back = You can take it back at any time. It is then deleted here. After { $days ->
        [one] one day
        [3] three days
       *[other] { NUMBER($days) } days
    } at most we delete it in any case, looked at or not.
upload-no-scripts = This browser blocks scripts, so it cannot lock a file before sending it. Then we would rather have none. Go on without: that is quite all right.
upload-pick = Choose a file
upload-pick-more = One picture or video at a time, up to { $megabytes } MB.
upload-sealing = Locking and sending: { $percent } %
upload-cancel = Stop
upload-cancelled = Stopped. What had left is deleted.
upload-again = Try again
upload-offline = The connection is gone. Nothing is lost: it will go on by itself.
upload-done = The file has arrived, locked.
upload-large = This file is too large: { $megabytes } MB at most. You can go on without it.
upload-empty = This file is empty or does not open.
upload-busy = Many files are coming in right now. Go on without it, and add it to your case later.
upload-refused = This file cannot be taken here. Go on without it: that is quite all right.
upload-over = This did not fit together any more. Load the page again and choose the file once more.
upload-failed = That did not work, and nothing of the file is left here. Try once more, or go on without it.
upload-wait = The file is still on its way. The next page will come by itself; or press “Stop”.
upload-full = There is no room for more files here.
upload-lost = A file could not stay here, and was deleted. You can choose it again, if the page still offers it, or go on without.
upload-file = A file
upload-file-number = File { $number }
upload-held = locked, leaves with your case
upload-arrived = with the team, locked
upload-checked = looked at, and destroyed
upload-taken-back = taken back
upload-in-time = deleted: { $days ->
    [one] one day was
    [3] three days were
   *[other] { NUMBER($days) } days were
} over before we had decided
upload-remove = Remove
upload-files = Files for the team
upload-no-files = No file so far.
upload-withdraw-does = The file is deleted here at once. It cannot be got back.
upload-withdraw-cannot = If somebody of our team has looked at it already, they cannot unsee it. Our rule: nobody keeps a copy.
upload-withdraw-again = Your case stays, and you can send the file again later.
