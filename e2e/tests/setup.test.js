// The pages on which an operator sets the portal up: no barrier, valid, and nothing wider than the screen.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { barriers, validator } from "../portal/judge.js";
import { ownNode } from "../portal/own.js";
import { SCREENSHOTS, visitor } from "../portal/visitor.js";

let node;
before(async () => { node = await ownNode([]); });
after(() => node.stop());

for (const language of ["fr", "en"]) {
  for (const [width, colorScheme] of [[320, "dark"], [1280, "light"]]) {
    test(`the set-up's pages have no barrier and fit in ${language} at ${width} px`, async () => {
      const folder = join(SCREENSHOTS, `setup-${language}-${width}`);
      mkdirSync(folder, { recursive: true });
      const { page, close } = await visitor({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
      for (const [name, path] of [["settings", ""], ["own-lines", ""], ["sheet", "/1"], ["words", "/2"]]) {
        await page.goto(`${node.setup}${path}?lang=${language}`);
        if (name === "own-lines") {
          await page.locator("details summary").click();
          await page.locator("input[name=country]").fill("ES");
          await page.locator("form .btn").click();
          await page.locator("[role=alert]").waitFor();
        }
        assert.deepEqual(await barriers(page), [], name);
        const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${name}: ${wide} px wider than the screen`);
        const { results } = await validator.validateString(await page.content());
        assert.deepEqual(results.flatMap(({ messages }) => messages.map(({ message, line }) => `${name}:${line}: ${message}`)), []);
        await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
      }
      await close();
    });
  }
}
