// A whole day, by keyboard alone and in both languages: a case from the portal, two analysts who differ, a lead who decides, a notice
// that one drafts and another approves, a platform that takes it down, and the person who reads that it is gone. Where a PostgreSQL is
// given the same day passes on both, and in the end each page says the same.

import assert from "node:assert/strict";
import { test } from "node:test";

import { comeIn, invite } from "../portal/colleague.js";
import { fileSealed } from "../portal/filing.js";
import { keyboard } from "../portal/hands.js";
import { judge } from "../portal/judge.js";
import { ENGINES, ownNode } from "../portal/own.js";
import { png } from "../portal/pictures.js";
import { visitor } from "../portal/visitor.js";

const FILE = { name: "IMG_20261103_secretname.png", mimeType: "image/png", buffer: png({ seed: 71, width: 900, height: 700 }) };
const LINK = "https://www.tiktok.com/@robin_22/video/7261";
const SAYS = {
  fr: { waits: "Pas encore de demande", removed: "Retirée", told: /TikTok.*retiré/is },
  en: { waits: "No notice yet", removed: "Removed", told: /TikTok.*taken down/is },
};
const act = (name) => `form:has([name=act][value=${name}]) button`;

for (const language of ["fr", "en"]) {
  test(`a day from the portal to removed and told, by keyboard, in ${language}; axe finds nothing on any page`, async (context) => {
    const ends = [];
    for (const engine of ENGINES) await context.test(`on ${engine}`, async () => ends.push(await day(language, engine)));
    for (const end of ends) assert.deepEqual(end, ends[0]);
  });
}

/// What the pages say when it is over.
async function day(language, engine) {
  const node = await ownNode(["upload_minor", "upload_adult"], {}, engine);
  await node.say("partner", "add", "tiktok", "--sees", "minor:reported,adult:reported", "--json");
  const wrong = [];
  const open = [];
  const person = async (name, role, more = []) => {
    const { page, close } = await visitor({ bypassCSP: true, viewport: { width: 1280, height: 900 } });
    open.push(close);
    const who = await invite(node, name, role, more);
    await comeIn(page, who, language, keyboard);
    return { page, to: (path) => page.goto(`${who.base}${path}`), look: (what) => judge(page, `day-${what}-${language}`, wrong) };
  };
  try {
    const ada = await person("Ada", "administrator");
    await ada.to("/desk/platforms/tiktok");
    await keyboard.select(ada.page, "select[name=channel]", "api");
    await keyboard.select(ada.page, "select[name=partner]", "tiktok");
    await keyboard.press(ada.page, "form.form .btn");
    await ada.page.locator(".note.good").waitFor();
    const [ann, ben, lia] = [await person("Ann", "analyst"), await person("Ben", "analyst"), await person("Lia", "lead")];
    const pia = await person("Pia", "platform", ["--partner", "tiktok"]);

    const { page: teller, close } = await visitor({ bypassCSP: true });
    open.push(close);
    await fileSealed(teller, { url: node.url, language, file: FILE, links: LINK, hands: keyboard });

    await take(ann, "first");
    await decide(ann.page, "M3");
    await ann.page.getByText(SAYS[language].waits).waitFor();
    const board = new URL(ann.page.url()).pathname;
    await ann.look("board");
    await ben.to(board);
    await ben.look("board-blind");
    assert.equal(await ben.page.getByText(LINK).count(), 0, "whoever may look second is told nothing of the first");
    await take(ben, "second");
    await decide(ben.page, "N1");
    await take(lia, "lead");
    await decide(lia.page, "M3");

    await ann.to(board);
    await keyboard.select(ann.page, "select[name=regime_tiktok]", "dsa_16");
    await keyboard.write(ann.page, "textarea[name=reason]", "An intimate picture of a minor.");
    await keyboard.press(ann.page, "form.form .btn");
    await ann.page.locator("td a[href*='/desk/notices/of/']").first().waitFor();
    await ann.look("board-drafted");

    await ben.to("/desk/notices/in/approve");
    await keyboard.press(ben.page, "th a[href*='/desk/notices/of/']");
    await ben.page.waitForURL("**/desk/notices/of/**");
    await keyboard.press(ben.page, act("approve"));
    await ben.page.locator(".note.good").waitFor();

    await arrived(pia);
    await pia.look("console");
    await keyboard.press(pia.page, "th a[href*='/console/notices/']");
    await pia.page.waitForURL("**/console/notices/*");
    await pia.look("console-notice");
    await keyboard.press(pia.page, act("acknowledged"));
    await pia.page.locator(".note.good").waitFor();
    await keyboard.choose(pia.page, "[name=act][value=removed]");
    await keyboard.press(pia.page, "form:has([name=act][value=removed]) button");
    await pia.page.locator(".tag.good").waitFor();
    for (const [name, path] of Object.entries({ feed: "/console/feed", keys: "/console/keys", webhook: "/console/webhook", help: "/console/help" })) {
      await pia.to(path);
      await pia.look(`console-${name}`);
    }

    await ann.to(board);
    assert.match(await ann.page.locator("main").textContent(), new RegExp(SAYS[language].removed));
    await ann.look("board-removed");
    await teller.goto(`${node.url}/c?lang=${language}`);
    assert.match(await teller.locator("main").textContent(), SAYS[language].told);
    await judge(teller, `day-told-${language}`, wrong);
    assert.deepEqual(wrong, []);
    const end = { board: await said(ann.page), person: await said(teller) };
    for (const path of [new URL(ben.page.url()).pathname, "/desk/notices", "/desk/scorecard", "/desk/queue/first"]) {
      await ben.to(path);
      end[path.replace(UUID, "ID")] = await said(ben.page);
    }
    await pia.to("/console/notices");
    end.console = await said(pia.page);
    return end;
  } finally {
    for (const close of open) await close();
    await node.stop();
  }
}

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
/// A day, alone or with its time, as both languages and a proof write it; a digest.
const OWN = /\d+(er)?\u00a0\p{L}+ \d{4}( (at|à) \d+(:|\u00a0h\u00a0)\d\d)?|\d{4}-\d\d-\d\dT[\d:.]+Z|[0-9a-f]{32,64}/gu;

/// A page in words, without what is of this one run: numbers of things, moments, digests.
async function said(page) {
  const text = await page.locator("main").innerText();
  return text.replace(UUID, "ID").replace(OWN, "OWN").replace(/\s+/g, " ");
}

/// Takes the first of a stage with the key for that.
async function take({ page, to }, stage) {
  await to(`/desk/queue/${stage}`);
  await page.keyboard.press("t");
  await page.locator("#lease").waitFor();
}

/// Looks at the file where the focus is, and says a verdict that rests on it.
async function decide(page, verdict) {
  await page.keyboard.press("f");
  await page.locator("#looking").waitFor();
  await page.locator("[data-cell='0']").focus();
  const sharp = page.waitForResponse((answer) => answer.url().endsWith("/look"));
  await page.keyboard.down(" ");
  assert.equal((await sharp).status(), 200);
  await page.keyboard.up(" ");
  await page.goBack();
  await page.locator("#lease").waitFor();
  await page.keyboard.press("v");
  await page.keyboard.type(verdict);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await page.locator(".note.good").waitFor();
}

/// The platform's list until something is in it: the node hands notices over in turns of its own.
async function arrived({ page, to }) {
  for (let turns = 0; turns < 100; turns++) {
    await to("/console/notices");
    if (await page.locator("tbody tr").count()) return;
    await new Promise((go) => setTimeout(go, 100));
  }
  assert.fail("no notice came to the platform");
}
