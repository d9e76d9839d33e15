// By keyboard alone, with the focus always seen.

import { test } from "node:test";

import { keyboard } from "../portal/hands.js";
import { visitor } from "../portal/visitor.js";
import { comeBack, file } from "../portal/walk.js";

for (const language of ["fr", "en"]) {
  for (const [width, colorScheme] of [[320, "light"], [1280, "dark"]]) {
    test(`Tab, Enter, Space and arrows are enough for the whole visit in ${language}, at ${width} px in ${colorScheme} colours`, async () => {
      const locale = language === "fr" ? "fr-FR" : "en-GB";
      const { page, close } = await visitor({ viewport: { width, height: 640 }, colorScheme, locale });
      const words = await file(page, { language, hands: keyboard });
      await comeBack(page, words, { language, hands: keyboard });
      await close();
    });
  }
}
