// By keyboard alone, with the focus always seen.

import { test } from "node:test";

import { keyboard } from "../portal/hands.js";
import { visitor } from "../portal/visitor.js";
import { comeBack, file } from "../portal/walk.js";

for (const [width, colorScheme] of [[320, "light"], [1280, "dark"]]) {
  test(`Tab, Enter, Space and arrows are enough for the whole visit at ${width} px in ${colorScheme} colours`, async () => {
    const { page, close } = await visitor({ viewport: { width, height: 640 }, colorScheme });
    const words = await file(page, { hands: keyboard });
    await comeBack(page, words, { hands: keyboard });
    await close();
  });
}
