// The six words leave the page as their person wants: copied, read by another telephone, or on paper.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { read } from "../portal/camera.js";
import { PORTAL, SCREENSHOTS, visitor } from "../portal/visitor.js";
import { GO_ON, at } from "../portal/walk.js";

const FOLDER = join(SCREENSHOTS, "receipt");
const SQUARE = "details.no-print .code-square";
const SAID = {
  fr: { copied: "Les mots sont copiés.", not: "Ton navigateur ne veut pas copier : note-les à la main." },
  en: { copied: "The words are copied.", not: "Your browser will not copy: write them down by hand." },
};

mkdirSync(FOLDER, { recursive: true });

for (const language of ["fr", "en"]) {
  test(`the words are copied with one press, and the page says so, in ${language}`, async () => {
    const { page, context, close } = await visitor();
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: PORTAL });
    const words = await upToWords(page, language);
    await page.locator("button[data-copy]").click();
    await page.locator("#receipt-said", { hasText: SAID[language].copied }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), words.join(" "), "the words alone, as they are typed to come back");
    await close();
  });

  test(`a browser that will not copy is not said to have done so, in ${language}`, async () => {
    const { page, close } = await visitor();
    await page.addInitScript(() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError")); });
    await upToWords(page, language);
    await page.locator("button[data-copy]").click();
    await page.locator("#receipt-said", { hasText: SAID[language].not }).waitFor();
    await close();
  });

  for (const [width, colorScheme] of [[320, "light"], [320, "dark"], [1280, "light"]]) {
    test(`another telephone reads the six words and nothing else from the square, in ${language}, ${width} px, ${colorScheme}`, async () => {
      const { page, close } = await visitor({ viewport: { width, height: 800 }, colorScheme });
      const words = await upToWords(page, language);
      await page.locator("details.no-print summary", { hasText: /carré|square/ }).click();
      assert.equal(await read(page, page.locator(SQUARE), page), words.join(" "));
      await page.locator(SQUARE).screenshot({ path: join(FOLDER, `square-${language}-${width}-${colorScheme}.png`) });
      await close();
    });
  }

  for (const [scripts, colorScheme] of [[true, "dark"], [false, "light"]]) {
    test(`on paper stand the words and no way out, in ${language}, ${scripts ? "with" : "without"} scripts, in ${colorScheme} colours`, async () => {
      const { page, close } = await visitor({ javaScriptEnabled: scripts, colorScheme });
      const words = await upToWords(page, language);
      await page.emulateMedia({ media: "print" });
      const shown = await page.locator("#words li").evaluateAll((all) => all.filter((one) => one.checkVisibility() && one.getBoundingClientRect().width > 0).map((one) => one.textContent.trim()));
      assert.deepEqual(shown, words);
      for (const gone of ["#exit", "button", "input[name=word2]", "nav a", "footer a"]) {
        const seen = await page.locator(gone).evaluateAll((all) => all.filter((one) => one.checkVisibility()).length);
        assert.equal(seen, 0, `${gone} is on paper`);
      }
      assert.ok(await contrast(page) >= 4.5, "ink on paper");
      await page.screenshot({ path: join(FOLDER, `print-${language}-${colorScheme}.png`), fullPage: true });
      const paper = await page.pdf({ path: join(FOLDER, `print-${language}-${colorScheme}.pdf`), format: "A4" });
      assert.equal(paper.toString("latin1").match(/\/Type\s*\/Page\b/g).length, 1, "one sheet");
      await close();
    });
  }
}

test("the button that prints opens the browser's dialog", async () => {
  const { page, close } = await visitor();
  await page.addInitScript(() => { globalThis.print = () => { globalThis.printed = (globalThis.printed ?? 0) + 1; }; });
  await upToWords(page, "fr");
  await page.locator("button[data-print]").click();
  assert.equal(await page.evaluate(() => globalThis.printed), 1);
  await close();
});

/// From the landing page to the six words, in the shortest way; gives them.
async function upToWords(page, language) {
  await page.goto(`${PORTAL}/?lang=${language}`);
  await page.locator("button[value=harassed]").first().click();
  await at(page, "/s/1");
  await page.locator('input[value="13"]').check();
  await page.locator(GO_ON).first().click();
  await page.waitForURL((url) => url.pathname !== "/s/1");
  await page.goto(`${PORTAL}/s/6`);
  await page.locator(GO_ON).first().click();
  await at(page, "/s/7");
  const words = (await page.locator("#words li").allTextContents()).map((word) => word.trim());
  assert.equal(words.length, 6);
  return words;
}

/// Between the first word and what it stands on: the paper, which is white, and whatever is printed under it where backgrounds are.
function contrast(page) {
  return page.locator("#words li").first().evaluate((one) => {
    const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
    const light = (part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
    const luminance = ([red, green, blue]) => 0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue);
    const ink = luminance(parts(getComputedStyle(one).color));
    const grounds = [[255, 255, 255]];
    for (let under = one; under; under = under.parentElement) {
      const ground = parts(getComputedStyle(under).backgroundColor);
      if (ground[3] === 0) continue;
      grounds.push(ground);
      break;
    }
    return Math.min(...grounds.map(luminance).map((ground) => (Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05)));
  });
}
