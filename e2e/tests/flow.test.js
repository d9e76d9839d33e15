// The whole visit, in both languages, with and without scripts, on a narrow and a wide screen; pictures of every page are kept.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { fits } from "../portal/judge.js";
import { PORTAL, SCREENSHOTS, visitor } from "../portal/visitor.js";
import { OTHERS, comeBack, file } from "../portal/walk.js";

for (const language of ["fr", "en"]) {
  for (const scripts of [true, false]) {
    for (const width of [320, 1280]) {
      const how = `in ${language}, ${width} px wide, ${scripts ? "with" : "without"} scripts`;
      test(`a person opens a case, comes back and deletes it ${how}`, async () => {
        const folder = join(SCREENSHOTS, `${language}-${width}${scripts ? "" : "-no-scripts"}`);
        mkdirSync(folder, { recursive: true });
        const { page, close } = await visitor({
          javaScriptEnabled: scripts,
          viewport: { width, height: width === 320 ? 640 : 800 },
        });
        let number = 0;
        const look = async (name) => {
          number += 1;
          await fits(page, `${name} ${how}`);
          const path = join(folder, `${String(number).padStart(2, "0")}-${name}.png`);
          await page.screenshot({ path, fullPage: true });
        };
        const age = language === "fr" ? "13" : "18";
        const words = await file(page, { language, scripts, look, age });
        await comeBack(page, words, { language, look });
        for (const [name, path] of Object.entries(OTHERS)) {
          await page.goto(`${PORTAL}${path}?lang=${language}`);
          await look(name);
        }
        await close();
      });
    }
  }
}
