// The whole visit, in both languages, with and without scripts, on a narrow and a wide screen; pictures of every page are kept.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

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

/// Nothing is wider than the screen, and at the end of the page the way out covers nothing.
async function fits(page, where) {
  const found = await page.evaluate(() => {
    const wide = document.scrollingElement.scrollWidth - innerWidth;
    scrollTo(0, document.scrollingElement.scrollHeight);
    const exit = document.getElementById("exit");
    const way = exit.getBoundingClientRect();
    const covered = [...document.querySelectorAll("h1, h2, p, li, a, button, input, textarea, label, td, small, code")]
      .filter((one) => !exit.contains(one) && !one.contains(exit) && one.checkVisibility())
      .filter((one) => [...one.getClientRects()].some((box) =>
        box.width > 1 && box.left < way.right && box.right > way.left && box.top < way.bottom && box.bottom > way.top))
      .map((one) => `${one.localName} ${one.textContent.trim().slice(0, 40)}`);
    const spill = [...document.querySelectorAll("main *")]
      .filter((one) => one.checkVisibility() && !one.closest(".scroll, .left"))
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
      .map((one) => `${one.localName} ${one.textContent.trim().slice(0, 40)}`);
    scrollTo(0, 0);
    return { wide, covered, spill, seen: exit.checkVisibility() };
  });
  assert.ok(found.wide <= 0, `${where}: ${found.wide} px wider than the screen: ${found.spill}`);
  assert.deepEqual(found.spill, [], `${where}: out of the screen`);
  assert.deepEqual(found.covered, [], `${where}: the way out covers something`);
  assert.ok(found.seen, `${where}: no way out`);
}
