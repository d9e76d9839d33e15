// Every page and state, also those that say what went wrong: axe finds nothing, and the HTML is valid.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { HtmlValidate } from "html-validate";

import { PORTAL, visitor } from "../portal/visitor.js";
import { OTHERS, comeBack, file } from "../portal/walk.js";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];

const validator = new HtmlValidate({
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
    // Files are named by their content and come from this very site.
    "require-sri": "off",
  },
});

for (const language of ["fr", "en"]) {
  test(`axe finds nothing on any page in ${language}, light and dark`, async () => {
    // Trusted types and the policy would keep axe out; that they hold is tested elsewhere.
    const { page, close } = await visitor({ bypassCSP: true });
    const wrong = [];
    const look = async (name) => {
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        await page.evaluate((axe) => globalThis.axe ?? (0, eval)(axe), AXE);
        const { violations } = await page.evaluate((values) => axe.run(document, { runOnly: { type: "tag", values } }), TAGS);
        for (const { id, nodes } of violations) {
          wrong.push(`${name}, ${colorScheme}: ${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join("; ")}`);
        }
      }
    };
    await everywhere(page, language, look);
    await close();
    assert.deepEqual(wrong, []);
  });

  test(`the HTML of every page in ${language} is valid`, async () => {
    const { page, close } = await visitor();
    const wrong = new Set();
    const answers = [];
    page.on("response", (response) => {
      const isPage = response.request().resourceType() === "document" && response.status() < 300;
      if (isPage) answers.push(response.text().then((html) => judge(new URL(response.url()).pathname, html)));
    });
    const judge = async (path, html) => {
      const report = await validator.validateString(html);
      for (const { messages } of report.results) {
        for (const { ruleId, message, line, column } of messages) {
          wrong.add(`${path}: ${ruleId}: ${message}: ${html.split("\n")[line - 1].slice(Math.max(0, column - 60), column + 60)}`);
        }
      }
    };
    // A body is gone from the browser's memory once another page has come.
    await everywhere(page, language, () => Promise.all(answers));
    await close();
    assert.deepEqual([...wrong], []);
  });
}

async function everywhere(page, language, look) {
  const words = await file(page, { language, look });
  await page.goto(`${PORTAL}/c/3?lang=${language}`);
  await look("case-pictures");
  await page.goto(`${PORTAL}/c?lang=${language}`);
  await comeBack(page, words, { language, look });
  for (const [name, path] of Object.entries(OTHERS)) {
    await page.goto(`${PORTAL}${path}?lang=${language}`);
    await look(name);
  }
}
