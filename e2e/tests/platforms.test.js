// What a case says of platforms: who is asked about, who has it, who was struck off, what they did and why; each state fits, has
// no barrier, is valid.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { barriers, fits, validator } from "../portal/judge.js";
import { ownNode } from "../portal/own.js";
import { png } from "../portal/pictures.js";
import { SCREENSHOTS, visitor } from "../portal/visitor.js";
import { FORM_GO_ON, at, file, hashed } from "../portal/walk.js";

let node;
const platforms = {};

before(async () => {
  node = await ownNode([]);
  for (const name of ["agora", "bravo", "charlie"]) {
    const said = JSON.parse(await node.say("partner", "add", name, "--sees", "minor:reported,adult:reported", "--json"));
    platforms[name] = new Platform(node.url, said.key);
  }
});

after(() => node.stop());

for (const language of ["fr", "en"]) {
  for (const width of [320, 1280]) {
    test(`every state of a picture with platforms is told and fits in ${language} at ${width} px`, async () => {
      const folder = join(SCREENSHOTS, `platforms-${language}-${width}`);
      mkdirSync(folder, { recursive: true });
      const { page, close } = await visitor({ viewport: { width, height: 800 }, bypassCSP: true });
      const look = async (name) => {
        if (!["consent", "case", "case-moved", "case-pictures", "case-told"].includes(name)) return;
        await fits(page, `${name} in ${language} at ${width} px`);
        assert.deepEqual(await barriers(page), [], name);
        await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
        await valid(page, name);
      };
      const files = [{ name: "a.png", mimeType: "image/png", buffer: png({ seed: 500 + width + (language === "fr" ? 1 : 0) }) }];
      await file(page, { portal: node.url, language, look, files });
      assert.equal(await page.locator("ul.platforms > li").count(), 3);
      assert.equal(await page.locator("ul.platforms .tag.warm").count(), 3, "nobody has confirmed it yet");
      await page.getByText(language === "fr" ? /^0 plateformes? sur 3/ : /^0 of 3 platforms/).waitFor();
      await platforms.agora.follow();
      await platforms.bravo.follow();
      await platforms.agora.did(page, { kind: "removed", count: 2 });
      await platforms.agora.did(page, { kind: "kept", reason: "not_a_violation" });
      await page.locator("#may + form details summary").click();
      await page.locator("#may + form label", { hasText: "bravo" }).click();
      await page.locator("#may + form button.btn").click();
      await at(page, "/c");
      await look("case-moved");
      const rows = page.locator("ul.platforms > li");
      assert.equal(await rows.filter({ hasText: "agora" }).locator(".tag.good").count(), 1);
      assert.equal(await rows.filter({ hasText: "bravo" }).locator(".tag.warm").count(), 1, "it is to forget it first");
      await platforms.bravo.follow();
      await page.reload();
      assert.equal(await rows.filter({ hasText: "bravo" }).locator(".tag.good").count(), 1);
      await look("case-told");
      await close();
    });
  }
}

test("whoever shared nothing is asked about each platform on the page that adds pictures", async () => {
  const { page, close } = await visitor({ bypassCSP: true });
  await page.goto(`${node.url}/?lang=en`);
  await page.locator("button[value=harassed]").click();
  await page.locator('input[value="13"]').check();
  for (const path of ["/s/1", "/s/4", "/s/5", "/s/6"]) {
    await at(page, path);
    await page.locator(FORM_GO_ON).click();
  }
  await at(page, "/s/7");
  const words = (await page.locator("#words li").allTextContents()).map((word) => word.trim());
  await page.locator("input[name=word2]").fill(words[1]);
  await page.locator("input[name=word5]").fill(words[4]);
  await page.locator("form.no-print button.btn:not([type=button])").click();
  await at(page, "/c");
  await page.goto(`${node.url}/c/3`);
  await page.locator("#pick").setInputFiles([{ name: "a.png", mimeType: "image/png", buffer: png({ seed: 590 }) }]);
  await hashed(page, 1);
  await page.locator("#files details:not([data-part]) summary").click();
  await page.locator("#files label", { hasText: "charlie" }).click();
  await fits(page, "pictures of a case");
  assert.deepEqual(await barriers(page), []);
  await valid(page, "pictures of a case");
  await page.locator(FORM_GO_ON).click();
  await at(page, "/c");
  const shown = await page.locator("ul.platforms > li > b").allTextContents();
  assert.deepEqual(shown.map((name) => name.trim()).sort(), ["agora", "bravo"], "the one that was unticked gets nothing");
  await close();
});

/// The page as the node sends it is valid HTML.
async function valid(page, name) {
  const html = await page.evaluate(async () => (await fetch(location.href)).text());
  const { results } = await validator.validateString(html);
  assert.deepEqual(results.flatMap(({ messages }) => messages.map(({ message, line }) => `${name}:${line}: ${message}`)), []);
}

/// A platform's key, and what it does with it.
class Platform {
  constructor(url, key) {
    Object.assign(this, { url, key });
  }

  async ask(method, path, body) {
    const headers = { authorization: `Bearer ${this.key}`, "content-type": "application/json" };
    const answer = await fetch(`${this.url}/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body) });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    return answer.status === 204 ? undefined : answer.json();
  }

  /// Takes up everything there is.
  async follow() {
    const { head } = await this.ask("GET", "changes?after=0");
    await this.ask("PUT", "cursor", { seq: head });
  }

  /// Tells that something was done about the newest entry, and shows the page again.
  async did(page, outcome) {
    const { changes } = await this.ask("GET", "changes?after=0");
    const entry = changes.filter((change) => change.put).at(-1).put.id;
    await this.ask("POST", "outcomes", { outcomes: [{ id: randomUUID(), entry, at: new Date().toISOString(), ...outcome }] });
    await page.reload();
  }
}
