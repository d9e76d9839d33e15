// A day at the desk: a case comes from the portal with a file, two analysts differ, a lead decides, the person is told. By keyboard,
// in both languages; every page narrow and wide, light and dark; and a file that is sharp only while it is held.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { comeIn as enterFirst, invite } from "../portal/colleague.js";
import { fileSealed } from "../portal/filing.js";
import { judge } from "../portal/judge.js";
import { ownNode } from "../portal/own.js";
import { png } from "../portal/pictures.js";
import { SCREENSHOTS, visitor } from "../portal/visitor.js";

const FILE = { name: "IMG_20261103_secretname.png", mimeType: "image/png", buffer: png({ seed: 61, width: 900, height: 700 }) };
const SAYS = {
  fr: { hidden: "Flouté", shown: "Net là où vous tenez", second: "Quelqu’un d’autre regarde maintenant", differ: "un responsable tranche", closed: "le fichier est détruit", told: "reconnaissent maintenant cette image" },
  en: { hidden: "Blurred", shown: "Sharp where you hold", second: "Somebody else looks now", differ: "a lead decides", closed: "the file is destroyed", told: "now recognise that picture" },
};

for (const language of ["fr", "en"]) {
  test(`two analysts and a lead decide a case from the portal by keyboard, in ${language}; axe finds nothing on any page`, async () => {
    const node = await ownNode(["upload_minor", "upload_adult"]);
    const wrong = [];
    const open = [];
    try {
      const people = {};
      for (const [name, role] of [["Ann", "analyst"], ["Ben", "analyst"], ["Lia", "lead"]]) people[name] = await comeIn(node, name, role, language, open);
      const person = await file(node, language, open);
      await firstLook(people.Ann, language, wrong);
      await otherLook(people.Ben, "second", "N1", language, wrong);
      await otherLook(people.Lia, "lead", "M3", language, wrong);
      await person.goto(`${node.url}/c?lang=${language}`);
      assert.match(await person.locator("main").textContent(), new RegExp(SAYS[language].told));
      for (const [name, path] of Object.entries({ overview: "/desk/overview", answers: "/desk/answers", me: "/desk/me", mine: "/desk/mine", disputes: "/desk/queue/disputes" })) {
        await people.Lia.page.goto(`${people.Lia.base}${path}`);
        await judge(people.Lia.page, `desk-${name}-${language}`, wrong);
      }
    } finally {
      for (const close of open) await close();
      await node.stop();
    }
    assert.deepEqual(wrong, []);
  });
}

test("a file is blurred, sharp where it is held with pointer or key, and blurred again on release, under the policy", async () => {
  const node = await ownNode(["upload_minor"]);
  const open = [];
  try {
    const ann = await comeIn(node, "Ann", "analyst", "en", open, { bypassCSP: false });
    const refused = [];
    ann.page.on("console", (message) => message.type() === "error" && refused.push(message.text()));
    await file(node, "en", open);
    await ann.page.goto(`${ann.base}/desk/queue/first`);
    await ann.page.getByRole("button", { name: "Take the first" }).click();
    await ann.page.getByRole("link", { name: /^File 1/ }).click();
    await ann.page.locator("#looking").waitFor();
    const drawn = () => ann.page.locator("#canvas").evaluate((canvas) => canvas.toDataURL());
    const blurred = await drawn();
    const asked = [];
    ann.page.on("request", (request) => request.url().endsWith("/look") && asked.push(request.postData()));
    const cell = ann.page.locator("[data-cell='12']");
    const box = await cell.boundingBox();
    await ann.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    assert.equal(asked.length, 0, "looking at the blur asks for nothing");
    await ann.page.mouse.down();
    await says(ann.page, SAYS.en.shown);
    assert.notEqual(await drawn(), blurred);
    await ann.page.waitForFunction((count) => document.getElementById("seen").value >= count, 2);
    await ann.page.mouse.up();
    await says(ann.page, SAYS.en.hidden);
    assert.equal(await drawn(), blurred, "nothing of it is left on release");
    const count = asked.length;
    assert.ok(count >= 2, "it asks again while it is held");
    await ann.page.locator("[data-cell='0']").focus();
    await ann.page.keyboard.press("ArrowRight");
    await ann.page.keyboard.press("ArrowDown");
    assert.equal(await ann.page.evaluate(() => document.activeElement.dataset.cell), "6");
    await ann.page.keyboard.down(" ");
    await says(ann.page, SAYS.en.shown);
    await ann.page.keyboard.up(" ");
    await says(ann.page, SAYS.en.hidden);
    assert.equal(await drawn(), blurred);
    assert.equal(new URLSearchParams(asked.at(-1)).get("cell"), "6");
    // Whoever leaves the page holds nothing any more.
    await ann.page.keyboard.down(" ");
    await says(ann.page, SAYS.en.shown);
    await ann.page.evaluate(() => dispatchEvent(new Event("blur")));
    await says(ann.page, SAYS.en.hidden);
    assert.deepEqual(refused, []);
    assert.equal(await ann.page.locator("main img").count(), 0);
  } finally {
    for (const close of open) await close();
    await node.stop();
  }
});

test("without scripts cases are taken, answered, decided and passed over, and the page says why nothing comes sharp", async () => {
  const node = await ownNode(["upload_minor"]);
  const open = [];
  try {
    const ann = await comeIn(node, "Ann", "analyst", "en", open);
    await file(node, "en", open);
    const plain = await ann.context.browser().newContext({ javaScriptEnabled: false, storageState: await ann.context.storageState(), locale: "en-GB" });
    open.push(() => plain.close());
    const page = await plain.newPage();
    await page.goto(`${ann.base}/desk/queue/first`);
    await page.getByRole("button", { name: "Take the first" }).click();
    await page.locator("textarea[name=message]").fill("We are here.");
    await page.getByRole("button", { name: "Send" }).click();
    assert.match(await page.locator("main").textContent(), /Your message is written/);
    await page.getByRole("link", { name: /^File 1/ }).click();
    assert.match(await page.locator("main").textContent(), /Without scripts nothing comes sharp/);
    await page.goBack();
    await page.locator("select[name=code]").selectOption("U1");
    await page.locator("input[name=basis][value=nothing]").check();
    await page.getByRole("button", { name: "Keep this verdict" }).click();
    assert.match(await page.locator("main").textContent(), /Your verdict is kept/);
  } finally {
    for (const close of open) await close();
    await node.stop();
  }
});

async function comeIn(node, name, role, language, open, options = { bypassCSP: true }) {
  const person = await invite(node, name, role);
  const { context, page, close } = await visitor({ viewport: { width: 1280, height: 900 }, ...options });
  open.push(close);
  await enterFirst(page, person, language);
  return { ...person, context, page };
}

/// A case with a picture that is hashed here and sent sealed.
async function file(node, language, open) {
  const { page, close } = await visitor();
  open.push(close);
  await fileSealed(page, { url: node.url, language, file: FILE });
  return page;
}

async function firstLook({ page, base }, language, wrong) {
  await page.goto(`${base}/desk/queue/first`);
  await judge(page, `desk-queue-${language}`, wrong);
  await page.keyboard.press("t");
  await page.locator("#lease").waitFor();
  await judge(page, `desk-case-${language}`, wrong);
  await page.keyboard.press("f");
  await page.locator("#looking").waitFor();
  await judge(page, `desk-file-${language}`, wrong);
  await page.locator("[data-cell='0']").focus();
  for (const key of ["ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
  await page.keyboard.down(" ");
  await says(page, SAYS[language].shown);
  await page.screenshot({ path: join(SCREENSHOTS, `desk-held-${language}.png`), fullPage: true });
  await page.keyboard.up(" ");
  await says(page, SAYS[language].hidden);
  await page.goBack();
  await decide(page, "M3");
  assert.match(await page.locator("main").textContent(), new RegExp(SAYS[language].second));
}

async function otherLook({ page, base }, stage, verdict, language, wrong) {
  await page.goto(`${base}/desk/queue/${stage}`);
  await page.keyboard.press("t");
  await page.locator("#lease").waitFor();
  await judge(page, `desk-${stage}-${language}`, wrong);
  await page.keyboard.press("f");
  await page.locator("#looking").waitFor();
  await page.locator("[data-cell='0']").focus();
  await page.keyboard.down(" ");
  await says(page, SAYS[language].shown);
  await page.keyboard.up(" ");
  await page.goBack();
  await decide(page, verdict);
  const said = stage === "second" ? SAYS[language].differ : SAYS[language].closed;
  assert.match(await page.locator("main").textContent(), new RegExp(said));
}

/// The key that leads to the verdict, the code by its letters, what it rests on by Space, and Enter.
async function decide(page, verdict) {
  await page.keyboard.press("v");
  assert.equal(await page.evaluate(() => document.activeElement.name), "code");
  await page.keyboard.type(verdict);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  assert.equal(await page.locator("select[name=code]").inputValue(), verdict);
  assert.ok(await page.locator("input[name=basis][value=file]").isChecked());
  await page.keyboard.press("Enter");
  await page.locator(".note.good").waitFor();
}

async function says(page, words) {
  await page.waitForFunction((words) => document.getElementById("state").textContent === words, words);
}
