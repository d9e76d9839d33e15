// A node to which very many send at the same moment: a browser works for its turn, and whoever has no scripts waits in line.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { barriers, fits, validator } from "../portal/judge.js";
import { ownNode } from "../portal/own.js";
import { Plain } from "../portal/plain.js";
import { SCREENSHOTS, visitor } from "../portal/visitor.js";
import { GO_ON, at } from "../portal/walk.js";

/// Cases a minute that a node takes before it asks for work.
const CALM = 30;
/// Others who are in line first, a second each: the wait is long enough to be looked at.
const IN_LINE = 12;
const AT_A_TIME = 6;
const ROUNDS_MAX = 6;
/// Nobody waits longer.
const LINE_SECONDS_MAX = 300;
/// Zero bits that are asked for first.
const BITS = 18;
const SEND = "form.no-print button.btn:not([type=button])";
const SAID = {
  fr: { waiting: "Beaucoup de monde en ce moment", working: "Ton appareil prépare l’envoi, un instant…" },
  en: { waiting: "Many people are here right now", working: "Your device is getting it ready, one moment…" },
};

let node;
let others = 0;
// What one test sends is no load of the next.
beforeEach(async () => { node = await ownNode([]); });
afterEach(async () => node.stop());

for (const language of ["fr", "en"]) {
  test(`T12: on a loaded node a browser works while its person reads, and nobody waits, in ${language}`, async (context) => {
    const { page, close } = await visitor();
    await upToWords(page, language);
    assert.equal(await page.locator("form[data-challenge]").count(), 0, "nothing is asked for while all is calm");
    await load();
    const began = Date.now();
    await page.reload();
    assert.ok(Number(await page.locator("form[data-challenge]").getAttribute("data-bits")) >= BITS);
    await page.waitForFunction(() => document.querySelector("input[name=nonce]").value !== "");
    context.diagnostic(`page and work took ${Date.now() - began} ms`);
    const seen = [];
    page.on("request", (request) => seen.push(new URL(request.url()).pathname));
    await typeBack(page);
    await at(page, "/c");
    assert.ok(!seen.includes("/s/7/1"), "it was let in at once");
    await close();
  });

  test(`T12: whoever sends before the browser is done is told so, and it goes off by itself, in ${language}`, async () => {
    // Trusted types and the policy would keep axe out; the test above has them.
    const { page, close } = await visitor({ bypassCSP: true });
    await upToWords(page, language);
    await load();
    let release;
    const released = new Promise((resolve) => { release = resolve; });
    await page.route(/\/worker\.js$/, async (route) => {
      await released;
      await route.continue();
    });
    await page.reload();
    await typeBack(page);
    await page.getByText(SAID[language].working).waitFor();
    await judged(page, `words-working-${language}`);
    release();
    await at(page, "/c");
    await close();
  });

  for (const scripts of [false, true]) {
    // Scripts that are blocked in the browser, or that never came: axe needs some to look.
    const how = scripts ? "whose script did not come" : "without scripts";
    test(`T12: whoever is ${how} waits in line for some seconds and types nothing twice, in ${language}`, async (context) => {
      const { page, close } = await visitor({ javaScriptEnabled: scripts, bypassCSP: scripts });
      if (scripts) await page.route(/\/work\.js$/, (route) => route.abort());
      await upToWords(page, language);
      const line = [];
      await several(IN_LINE, async () => line.push(await ready()));
      await load();
      const words = await typeBack(page, async () => {
        for (const { person, typed } of line) assert.equal(await person.send("/s/7", typed), "/s/7/1");
      });
      await at(page, "/s/7/1");
      assert.equal(await page.locator("h1").textContent(), SAID[language].waiting);
      const html = await page.content();
      assert.ok(!words.some((word) => html.includes(`"${word}"`) || html.includes(`>${word}`)), "no word lies in the page");
      const first = await seconds(page);
      assert.ok(first > 1 && first <= LINE_SECONDS_MAX, `${first}`);
      context.diagnostic(`waits for ${first} s`);
      // Too early: the turn stays the same.
      await page.locator(GO_ON).click();
      await at(page, "/s/7/1");
      assert.ok((await seconds(page)) <= first);
      await judged(page, `waiting-${scripts ? "no-work" : "no-scripts"}-${language}`, scripts);
      // As a person does: wait as long as it says, then press.
      while (new URL(page.url()).pathname !== "/c") {
        await page.waitForTimeout(1_000 * (await seconds(page)));
        await page.locator(GO_ON).click();
        await page.waitForURL((url) => ["/c", "/s/7/1"].includes(url.pathname));
        await page.locator("main h1").first().waitFor();
      }
      await close();
    });
  }
}

/// From the landing page to the six words, in the shortest way.
async function upToWords(page, language) {
  await page.goto(`${node.url}/?lang=${language}`);
  await page.locator("button[value=harassed]").first().click();
  await at(page, "/s/1");
  await page.locator('input[value="13"]').check();
  await page.locator(GO_ON).first().click();
  await page.waitForURL((url) => url.pathname !== "/s/1");
  await page.goto(`${node.url}/s/6`);
  await page.locator(GO_ON).first().click();
  await at(page, "/s/7");
}

/// Types the two words and sends; gives all six. `then` happens in between.
async function typeBack(page, then = async () => {}) {
  const words = (await page.locator("#words li").allTextContents()).map((word) => word.trim());
  await page.locator("input[name=word2]").fill(words[1]);
  await page.locator("input[name=word5]").fill(words[4]);
  await then();
  await page.locator(SEND).click();
  return words;
}

/// So many people, each at an address of their own, send a case within the same minute: they are ready before the first sends. On a
/// machine that is busy with other things it takes some more.
async function load() {
  for (let rounds = 0; rounds < ROUNDS_MAX; rounds++) {
    const people = [];
    await several(CALM, async () => people.push(await ready()));
    await several(CALM, async () => {
      const { person, typed, work } = people.pop();
      const to = await person.send("/s/7", { ...typed, nonce: work ? solved(...work) : "" });
      // Whoever was ready before the node was loaded may be asked to wait now.
      assert.ok(["/c", "/s/7/1"].includes(to), to);
    });
    if ((await ready()).work) return;
  }
  assert.fail(`the node stays calm after ${ROUNDS_MAX * CALM} cases`);
}

/// Somebody who has the six words and two of them to type.
async function ready() {
  others += 1;
  const person = new Plain(() => node.url, `10.77.${others >> 8}.${others & 255}`);
  await person.send("/", { situation: "harassed", lang: "en" });
  await person.answer("/s/1", "/s/1", { answer: "13" });
  await person.answer("/s/6", "/s/6", {});
  const page = await person.page("/s/7");
  const list = page.slice(page.indexOf('id="words"'), page.indexOf("</ol>"));
  const words = [...list.matchAll(/<li>([^<]+)/g)].map(([, word]) => word.trim());
  return { person, typed: { word2: words[1], word5: words[4] }, work: page.match(/data-challenge="(\w+)" data-bits="(\d+)"/)?.slice(1) };
}

/// As the page's worker does: the number with which the digest begins with so many zero bits.
function solved(challenge, bits) {
  const tried = Buffer.alloc(24);
  tried.write(challenge, "hex");
  for (let number = 0; ; number++) {
    tried.writeUInt32LE(number, 16);
    const digest = createHash("sha256").update(tried).digest();
    if (Math.clz32(digest.readUInt32BE()) >= Number(bits)) return String(number);
  }
}

async function several(count, one) {
  let left = count;
  const next = async () => {
    while (left-- > 0) await one();
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, next));
}

/// The page's own line says so many; one is a word.
async function seconds(page) {
  return Number((await page.locator("main h1 + p").textContent()).match(/\d+/)?.[0] ?? 1);
}

/// Both widths, both colours: axe, where it can run, finds nothing, it fits, its HTML is valid; a picture.
async function judged(page, name, scripts = true) {
  const folder = join(SCREENSHOTS, "load");
  mkdirSync(folder, { recursive: true });
  const report = await validator.validateString(await page.content());
  assert.deepEqual(report.results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${ruleId}: ${message}`)), [], name);
  for (const [width, colorScheme] of [[320, "light"], [1280, "dark"]]) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    await fits(page, `${name} at ${width}`);
    if (scripts) assert.deepEqual(await barriers(page), [], `${name}, ${width}, ${colorScheme}`);
    await page.screenshot({ path: join(folder, `${name}-${width}.png`), fullPage: true });
  }
}
