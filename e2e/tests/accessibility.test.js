// Every page and state, also those that say what went wrong: axe finds nothing, and the HTML is valid.

import assert from "node:assert/strict";
import { test } from "node:test";

import { barriers, validator } from "../portal/judge.js";
import { PORTAL, visitor } from "../portal/visitor.js";
import { OTHERS, comeBack, file } from "../portal/walk.js";

for (const language of ["fr", "en"]) {
  test(`axe finds nothing on any page in ${language}, light and dark`, async () => {
    // Trusted types and the policy would keep axe out; that they hold is tested elsewhere.
    const { page, close } = await visitor({ bypassCSP: true });
    const wrong = [];
    const look = async (name) => {
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        wrong.push(...(await barriers(page)).map((barrier) => `${name}, ${colorScheme}: ${barrier}`));
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
