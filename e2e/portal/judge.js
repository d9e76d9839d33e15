// What is wrong with a page: for whoever sees little, for the standard, for a narrow screen.

import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { HtmlValidate } from "html-validate";

import { SCREENSHOTS } from "./visitor.js";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];

export const validator = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:document"],
  rules: {
    // Matters of taste, which the templates and their engine settle.
    "doctype-style": "off",
    "void-style": "off",
    "no-trailing-whitespace": "off",
    "no-implicit-button-type": "off",
    "long-title": "off",
    // French has no-break spaces before its signs, and a telephone number is broken nowhere.
    "no-raw-characters": "off",
    "tel-non-breaking": "off",
    "attribute-boolean-style": "off",
    "attribute-empty-style": "off",
    // Several boxes of one question have one name.
    "form-dup-name": ["error", { shared: ["radio", "button", "reset", "submit", "checkbox"] }],
    // Files are named by their content and come from this very site.
    "require-sri": "off",
  },
});

/// What axe finds, a line each. Trusted types and the policy would keep axe out: the page's context goes without.
export async function barriers(page) {
  await page.evaluate((axe) => globalThis.axe ?? (0, eval)(axe), AXE);
  const { violations } = await page.evaluate((values) => axe.run(document, { runOnly: { type: "tag", values } }), TAGS);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join("; ")}`);
}

/// Narrow by day, wide by night: every colour and every width is seen once.
const SCREENS = [[320, "light"], [1280, "dark"]];

/// A page of the desk on each of these screens: barriers, what does not fit, what is not valid; and a picture.
export async function judge(page, name, wrong) {
  await mkdir(SCREENSHOTS, { recursive: true });
  // Before any picture is taken; and taking one leaves an empty attribute behind on a page that is judged again.
  const html = (await page.content()).replaceAll(' style=""', "");
  for (const [width, colorScheme] of SCREENS) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
    if (wide > 0) wrong.push(`${name} at ${width}: ${wide} px wider than the screen`);
    wrong.push(...(await barriers(page)).map((barrier) => `${name}, ${width}, ${colorScheme}: ${barrier}`));
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-${width}.png`), fullPage: true });
  }
  await page.emulateMedia({ colorScheme: "light" });
  const report = await validator.validateString(html);
  for (const { messages } of report.results) {
    wrong.push(...messages.map(({ ruleId, message, line }) => `${name}: ${ruleId}: ${message}: ${html.split("\n")[line - 1].slice(0, 160)}`));
  }
}

/// Nothing is wider than the screen, and at the end of the page the way out covers nothing.
export async function fits(page, where) {
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
