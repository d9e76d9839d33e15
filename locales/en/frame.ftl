### What every page has around it.

frame-skip = Go to the content
frame-language = Language
