// A file for the team: sealed on the device, opened with the hotline's key alone; on nodes whose operator takes files.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { keyboard, pointer } from "../portal/hands.js";
import { barriers, fits, validator } from "../portal/judge.js";
import { ownNode } from "../portal/own.js";
import { PLANTED, png } from "../portal/pictures.js";
import { AWAY, PORTAL, SCREENSHOTS, visitor } from "../portal/visitor.js";
import { GO_ON, at } from "../portal/walk.js";

const RUN = 16;
const PICTURE = png({ seed: 51, width: 1400, height: 1100 });
const FILE = { name: "IMG_20261103_secretname.png", mimeType: "image/png", buffer: PICTURE };
const SUMMARY = "details.more > summary";
const MESSAGE_GO_ON = "#message > .row button.btn";

let node;
before(async () => {
  node = await ownNode(["upload_minor", "upload_adult"]);
});
after(async () => node.stop());

test("T9: a picture is sealed and sent, no run of it leaves or lies on the node, and the hotline gets it back whole", async (context) => {
  assert.ok(PICTURE.length > 600_000 && PICTURE.includes(PLANTED), `${PICTURE.length} bytes: several parts`);
  const { page, close } = await visitor();
  const sent = [];
  page.context().on("request", (request) => sent.push({ url: request.url(), body: request.postDataBuffer(), headers: request.headers() }));
  await draft(page, "fr", "13");
  await page.locator(SUMMARY).click();
  await page.locator("#sealed").setInputFiles(FILE);
  await arrived(page, 1);
  await finish(page);
  const words = await page.locator("main").textContent();
  assert.match(words, /chez l’équipe, verrouillé/);

  const isOfPicture = runsOf(PICTURE);
  const bodies = sent.map(({ body }) => body).filter(Boolean);
  const bytes = bodies.reduce((sum, body) => sum + body.length, 0);
  assert.ok(bytes > PICTURE.length, `${bytes} bytes were recorded`);
  context.diagnostic(`a picture of ${PICTURE.length} bytes left as ${bytes} bytes in ${bodies.length} requests`);
  for (const { url, headers } of sent) {
    assert.ok(url.startsWith(node.url), `another site was asked: ${url}`);
    assert.ok(!JSON.stringify(headers).includes("secretname"));
  }
  for (const body of bodies) {
    assert.ok(!body.includes(PLANTED) && !body.includes("secretname"));
    assert.equal(isOfPicture(body), undefined, "a piece of the picture has left");
  }
  for (const file of await node.files()) assert.equal(isOfPicture(file), undefined, "a piece of the picture lies on the node");

  const [{ id }] = (await node.say("case", "list", "--json")).toString().trim().split("\n").map((line) => JSON.parse(line));
  const shown = JSON.parse(await node.say("case", "show", id, "--json"));
  assert.equal(shown.files.length, 1);
  const opened = await node.say("case", "open-file", id, String(shown.files[0].item));
  assert.ok(opened.equals(PICTURE), "the very same bytes");

  await page.locator('form[action="/c/4"] button').first().click();
  await page.locator("button.grave").click();
  await at(page, "/c");
  await assert.rejects(node.say("case", "open-file", id, String(shown.files[0].item)), /it was taken back/);
  await close();
});

for (const language of ["fr", "en"]) {
  for (const width of [320, 1280]) {
    test(`every state of sending a file fits, has no barrier and is valid in ${language} at ${width} px`, async () => {
      const folder = join(SCREENSHOTS, `upload-${language}-${width}`);
      mkdirSync(folder, { recursive: true });
      const { page, close } = await visitor({ viewport: { width, height: width === 320 ? 640 : 800 }, bypassCSP: true });
      const wrong = [];
      page.on("response", async (response) => {
        if (response.request().resourceType() !== "document" || response.status() !== 200) return;
        for (const { messages } of (await validator.validateString(await response.text())).results) {
          wrong.push(...messages.map(({ ruleId, message, line }) => `${response.url()}: ${ruleId}: ${message} (line ${line})`));
        }
      });
      let number = 0;
      const look = async (name) => {
        number += 1;
        await fits(page, name);
        await page.screenshot({ path: join(folder, `${number}-${name}.png`), fullPage: true });
        for (const colorScheme of ["dark", "light"]) {
          await page.emulateMedia({ colorScheme });
          wrong.push(...(await barriers(page)).map((barrier) => `${name}, ${colorScheme}: ${barrier}`));
        }
      };
      await draft(page, language, language === "fr" ? "13" : "18");
      await look("closed");
      await page.locator(SUMMARY).click();
      await look("open");
      const hold = await held(page);
      await page.locator("#sealed").setInputFiles(FILE);
      await page.locator("[data-part=going]").waitFor();
      await look("on-its-way");
      await hold.lose();
      await page.locator("[data-part=again]").waitFor();
      await look("offline");
      await hold.release();
      await page.locator("[data-part=again]").click().catch(() => {});
      await arrived(page, 1);
      await look("arrived");
      await page.reload();
      await look("held");
      await finish(page);
      await look("case");
      await page.locator('a[href="/c/8"]').click();
      await at(page, "/c/8");
      await look("case-file");
      await page.locator("#sealed").setInputFiles({ ...FILE, buffer: png({ seed: 52 }) });
      await arrived(page, 1);
      await look("case-file-arrived");
      await page.locator('main a.btn[href="/c"]').click();
      await at(page, "/c");
      await page.locator('section[aria-labelledby=files] form[action="/c/4"] button').first().click();
      await page.locator("input[name=sure]").waitFor({ state: "attached" });
      await look("take-back");
      await page.locator("button.grave").click();
      await at(page, "/c");
      await look("taken-back");
      await page.goto(`${node.url}/p/1?lang=${language}`);
      await look("privacy");
      await close();
      assert.deepEqual(wrong, []);
    });
  }
}

test("a lost answer, a lost part and a lost network end in one whole file", async () => {
  const { page, context, close } = await visitor();
  await draft(page, "en", "18");
  let lost = 0;
  await page.route("**/s/5/*", async (route) => {
    lost += 1;
    // The first of every two: now the request, now its answer alone.
    if (lost % 2 === 0) return route.continue();
    if (lost % 4 === 1) await route.fetch();
    return route.abort();
  });
  await page.locator(SUMMARY).click();
  await page.locator("#sealed").setInputFiles(FILE);
  await arrived(page, 1);
  assert.ok(lost >= 10, `${lost} requests`);
  await page.unroute("**/s/5/*");
  await context.setOffline(true);
  await page.locator("#sealed").setInputFiles({ ...FILE, buffer: png({ seed: 53 }) });
  await page.getByText("The connection is gone").first().waitFor();
  await context.setOffline(false);
  await arrived(page, 2);
  await close();
});

test("a file is stopped, refused when it is too large or empty, and waited for when the person goes on", async () => {
  const { page, close } = await visitor();
  await draft(page, "en", "18");
  await page.locator(SUMMARY).click();
  const large = join(tmpdir(), `rempart-large-${process.pid}.png`);
  await writeFile(large, "");
  await truncate(large, 50_000_001);
  await page.locator("#sealed").setInputFiles(large);
  await page.getByText("too large: 50 MB at most").waitFor();
  await page.locator("#sealed").setInputFiles({ ...FILE, buffer: Buffer.alloc(0) });
  await page.getByText("empty or does not open").waitFor();
  let hold = await held(page);
  await page.locator("#sealed").setInputFiles(FILE);
  await page.locator("[data-part=cancel]").click();
  await page.getByText("Stopped.").waitFor();
  await hold.release();
  assert.equal(await page.locator("[data-part=held] li").count(), 0);
  hold = await held(page);
  await page.locator("#sealed").setInputFiles(FILE);
  await page.locator("textarea").fill("Read this too.");
  await page.locator(MESSAGE_GO_ON).click();
  await page.getByText("still on its way").waitFor();
  assert.equal(new URL(page.url()).pathname, "/s/5");
  await hold.release();
  await at(page, "/s/6");
  await page.goto(`${node.url}/s/5`);
  assert.equal(await page.locator("textarea").inputValue(), "Read this too.");
  assert.equal(await page.locator("[data-part=held] li").count(), 1);
  await page.locator("[data-part=held] button").click();
  await at(page, "/s/5");
  assert.equal(await page.locator("[data-part=held] li").count(), 0);
  await close();
});

test("by keyboard alone a file is sent and the focus is never lost", async () => {
  const { page, close } = await visitor();
  await draft(page, "en", "18");
  await keyboard.press(page, SUMMARY);
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    (async () => {
      while (!(await page.locator("#sealed").evaluate((one) => one === document.activeElement))) await page.keyboard.press("Tab");
      await page.keyboard.press("Space");
    })(),
  ]);
  await chooser.setFiles(FILE);
  await arrived(page, 1);
  assert.ok(await page.locator("#sealed").evaluate((one) => one === document.activeElement));
  await close();
});

test("T1: leaving while a file is on its way goes at once and leaves nothing", async () => {
  const { page, close } = await visitor();
  await draft(page, "en", "18");
  await page.locator(SUMMARY).click();
  const hold = await held(page);
  await page.locator("#sealed").setInputFiles(FILE);
  await page.locator("[data-part=going]").waitFor();
  await Promise.all([page.waitForURL((url) => AWAY.includes(url.href)), page.locator("#exit").click()]);
  await hold.release();
  await close();
});

for (const language of ["fr", "en"]) {
  test(`without scripts the page says so kindly and goes on, in ${language}`, async () => {
    const { page, close } = await visitor({ javaScriptEnabled: false });
    await draft(page, language, "18");
    await page.locator(SUMMARY).click();
    await page.getByText(language === "fr" ? "Ce navigateur bloque les scripts" : "This browser blocks scripts").waitFor();
    assert.equal(await page.locator("#sealed").isVisible(), false);
    await fits(page, "without scripts");
    await page.screenshot({ path: join(SCREENSHOTS, `upload-no-scripts-${language}.png`), fullPage: true });
    await page.locator(MESSAGE_GO_ON).click();
    await at(page, "/s/6");
    await close();
  });
}

test("T3: a node whose operator takes no file offers none and refuses one from a forged page", async () => {
  const { page, close } = await visitor();
  await draft(page, "en", "18", PORTAL);
  assert.equal(await page.locator("#upload").count(), 0);
  const statuses = await page.evaluate(async () => {
    const token = document.querySelector("input[name=t]").value;
    const ask = async (headers) => (await fetch("/s/5/1", { method: "POST", headers })).status;
    return [await ask({ "x-form": token }), await ask({ "x-form": "0".repeat(32) }), await ask({})];
  });
  assert.deepEqual(statuses, [403, 403, 403]);
  await close();
});

/// From the landing page to the message.
async function draft(page, language, age, url = node.url) {
  await page.goto(`${url}/?lang=${language}`);
  await pointer.press(page, "button[value=mine]");
  await at(page, "/s/1");
  await pointer.choose(page, `input[value="${age}"]`);
  await pointer.press(page, GO_ON);
  await at(page, "/s/2");
  await page.goto(`${url}/s/2?lang=${language}`);
  await pointer.choose(page, "input[value=offline]");
  await pointer.press(page, GO_ON);
  await at(page, "/s/3");
  await page.goto(`${url}/s/5`);
  await at(page, "/s/5");
}

/// From the message to the case.
async function finish(page) {
  await pointer.press(page, MESSAGE_GO_ON);
  await at(page, "/s/6");
  await pointer.press(page, GO_ON);
  await at(page, "/s/7");
  const words = (await page.locator("#words li").allTextContents()).map((word) => word.trim());
  await page.locator("input[name=word2]").fill(words[1]);
  await page.locator("input[name=word5]").fill(words[4]);
  await page.locator("form.no-print button.btn:not([type=button])").click();
  await at(page, "/c");
}

async function arrived(page, count) {
  await page.waitForFunction((count) => document.querySelectorAll("[data-part=held] li").length === count, count);
}

/// Holds back every part until `release`; `lose` loses those that are held and all that follow.
async function held(page) {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  let isLost = false;
  const hold = async (route) => {
    if (!isLost) await opened;
    return (isLost ? route.abort() : route.continue()).catch(() => {});
  };
  await page.route("**/*/2", hold);
  return {
    async lose() {
      isLost = true;
      open();
    },
    async release() {
      isLost = false;
      open();
      await page.unroute("**/*/2", hold);
    },
  };
}

/// Finds a run of 16 bytes of the picture; runs of one and the same byte are in everything.
function runsOf(picture) {
  const runs = new Set();
  for (let place = 0; place + RUN <= picture.length; place += RUN) {
    const run = picture.subarray(place, place + RUN);
    if (new Set(run).size > 4) runs.add(run.toString("latin1"));
  }
  assert.ok(runs.size > 1000);
  return (bytes) => {
    const text = bytes.toString("latin1");
    for (let place = 0; place + RUN <= text.length; place += 1) {
      if (runs.has(text.slice(place, place + RUN))) return place;
    }
    return undefined;
  };
}
