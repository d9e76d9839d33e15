### Ce qui entoure chaque page.

frame-skip = Aller au contenu
frame-language = Langue
