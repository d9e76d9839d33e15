// Notices, in a browser: one drafts, another approves, a form is filled in by hand, the platform answers; every page in both languages,
// narrow and wide, light and dark; and the whole of it by keyboard alone.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { code, invite, join as joinDesk, PASSPHRASE } from "../portal/colleague.js";
import { keyboard, pointer } from "../portal/hands.js";
import { barriers, validator } from "../portal/judge.js";
import { ownNode } from "../portal/own.js";
import { SCREENSHOTS, visitor } from "../portal/visitor.js";

const WIDTHS = [320, 1280];

for (const language of ["fr", "en"]) {
  test(`every page of notices in ${language} fits, is valid, and axe finds nothing`, async () => {
    const node = await ownNode([]);
    const wrong = [];
    const open = [];
    const enter = async (name, role) => {
      const one = await visitor({ bypassCSP: true, viewport: { width: 1280, height: 900 } });
      open.push(one.close);
      await come(one.page, await invite(node, name, role), language);
      return one.page;
    };
    try {
      const [ann, ben, admin] = [await enter("Ann", "analyst"), await enter("Ben", "lead"), await enter("Ada", "administrator")];
      const look = (page, name) => judge(page, `removal-${name}-${language}`, wrong);
      await ann.goto(`${at(ann)}/desk/notices`);
      await look(ann, "empty");
      const path = await draft(ann, pointer, (name) => look(ann, name));
      await look(ann, "own-draft");
      await ben.goto(`${at(ben)}/desk/notices/in/approve`);
      await look(ben, "list");
      await ben.goto(`${at(ben)}${path}`);
      await look(ben, "to-approve");
      await pointer.press(ben, act("approve"));
      await ben.locator(act("sent")).waitFor();
      await look(ben, "form");
      await pointer.press(ben, act("sent"));
      await ben.locator("[name=found]").first().waitFor();
      await look(ben, "sent");
      await pointer.choose(ben, "[name=act][value=kept]");
      await pointer.press(ben, "form:has([name=act][value=kept]) button");
      await ben.locator(".tag.danger").first().waitFor();
      await look(ben, "refused");
      await ben.goto(`${at(ben)}${path}/to/coordinator`);
      await look(ben, "coordinator");
      await ben.goto(`${at(ben)}/desk/crises`);
      await ben.locator("[name=name]").fill("Example");
      for (const criterion of ["grave", "spreading"]) await pointer.choose(ben, `[value=${criterion}]`);
      await pointer.press(ben, "form:has([name=criterion]) button");
      await look(ben, "crisis");
      for (const [name, to] of [["home", "/desk/notices"], ["scorecard", "/desk/scorecard"], ["report", `/desk/report/${new Date().getUTCFullYear()}`]]) {
        await ben.goto(`${at(ben)}${to}`);
        await look(ben, name);
      }
      for (const [name, to] of [["platforms", "/desk/platforms"], ["platform", "/desk/platforms/tiktok"]]) {
        await admin.goto(`${at(admin)}${to}`);
        await look(admin, name);
      }
    } finally {
      for (const close of open) await close();
      await node.stop();
    }
    assert.deepEqual(wrong, []);
  });
}

test("a notice goes from draft to removed by keyboard alone", async () => {
  const node = await ownNode([]);
  const pages = [];
  try {
    for (const name of ["Ann", "Ben"]) {
      const one = await visitor({ viewport: { width: 1280, height: 900 } });
      pages.push(one);
      await come(one.page, await invite(node, name, "analyst"), "en");
    }
    const [ann, ben] = pages.map((one) => one.page);
    const path = await draft(ann, keyboard, async () => {});
    await ben.goto(`${at(ben)}${path}`);
    await keyboard.press(ben, act("approve"));
    await ben.locator(act("sent")).waitFor();
    await keyboard.press(ben, act("sent"));
    await ben.locator("[name=found]").first().waitFor();
    await keyboard.choose(ben, "[name=act][value=removed]");
    await keyboard.press(ben, "form:has([name=act][value=removed]) button");
    await ben.locator(".tag.good").waitFor();
  } finally {
    for (const one of pages) await one.close();
    await node.stop();
  }
});

const at = (page) => new URL(page.url()).origin;
const act = (name) => `form:has([name=act][value=${name}]) button`;

/// In through an invitation, with a telephone that shows codes.
async function come(page, person, language) {
  await page.goto(`${person.link}?lang=${language}`);
  for (const field of ["passphrase", "again"]) await page.locator(`[name=${field}]`).fill(PASSPHRASE);
  await page.locator(".btn").click();
  const secret = (await page.locator("#secret").textContent()).replaceAll(" ", "");
  await page.locator("[name=code]").fill(code(secret));
  await page.locator("form:not([data-passkey]) .btn").click();
  await page.locator("ol.sheet").waitFor();
  await joinDesk(page, language);
}

/// Drafts a notice to a platform that has a form alone; gives its path.
async function draft(page, hands, look) {
  await page.goto(`${at(page)}/desk/notices/new`);
  await look("new");
  await page.goto(`${at(page)}/desk/notices/new?platform=x&class=minor&regime=dsa_16`);
  await hands.write(page, "[name=urls]", "https://x.com/a/status/1");
  await hands.write(page, "[name=reason]", "An intimate picture of a minor.");
  await hands.choose(page, "[name=good_faith]");
  await look("draft");
  await hands.press(page, "form.form .btn");
  await page.waitForURL("**/desk/notices/of/**");
  return new URL(page.url()).pathname;
}

/// A page at both widths, light and dark: pictures, barriers, what does not fit, what is not valid.
async function judge(page, name, wrong) {
  await mkdir(SCREENSHOTS, { recursive: true });
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
    if (wide > 0) wrong.push(`${name} at ${width}: ${wide} px wider than the screen`);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      wrong.push(...(await barriers(page)).map((barrier) => `${name}, ${width}, ${colorScheme}: ${barrier}`));
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-${width}.png`), fullPage: true });
  }
  const html = await page.content();
  const report = await validator.validateString(html);
  for (const { messages } of report.results) {
    wrong.push(...messages.map(({ ruleId, message, line }) => `${name}: ${ruleId}: ${message}: ${html.split("\n")[line - 1].slice(0, 160)}`));
  }
}
