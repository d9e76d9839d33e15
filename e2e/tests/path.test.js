// The portal under a path of the operator's choice: the whole visit stays below it, with and without scripts.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { fileSealed } from "../portal/filing.js";
import { fits } from "../portal/judge.js";
import { ownNode } from "../portal/own.js";
import { png } from "../portal/pictures.js";
import { AWAY, SCREENSHOTS, visitor } from "../portal/visitor.js";
import { GO_ON, at } from "../portal/walk.js";

const PATH = "/my/space";
const PICTURE = { name: "IMG_1.png", mimeType: "image/png", buffer: png({ seed: 91, width: 900, height: 700 }) };
const SEND = "form.no-print button.btn:not([type=button])";

let node;
before(async () => { node = await ownNode(["upload_minor", "upload_adult"], { REMPART_PORTAL__PATH: PATH }); });
after(async () => node.stop());

for (const language of ["fr", "en"]) {
  test(`with scripts, pictures are hashed and sealed below the path and nothing beside it is asked for, in ${language}`, async () => {
    const { page, context, close } = await visitor();
    const seen = watched(page);
    await fileSealed(page, { url: node.url + PATH, language, file: PICTURE, links: "https://example.org/a" });
    await page.locator("main").getByText(language === "fr" ? /chez l’équipe, verrouillé/ : /with the team, locked/).waitFor();
    await page.locator("textarea[name=message]").fill("One more thing.");
    await page.locator('form[action$="/c/1"] button').click();
    await page.getByText("One more thing.").waitFor();
    // Leaving fast: Shift three times.
    await Promise.all([page.waitForURL((url) => AWAY.includes(url.href)), (async () => {
      for (let times = 0; times < 3; times++) await page.keyboard.press("Shift");
    })()]);
    assert.deepEqual(await context.cookies(), [], "the cookie is gone");
    await page.goto(`${node.url}${PATH}/c`);
    assert.equal(await page.locator('form[action$="/c/6"]').count(), 0, "and the case is closed");
    stayed(seen);
    assert.ok([...seen].some((path) => path.endsWith("/worker.js")) && [...seen].some((path) => path.endsWith("_bg.wasm")));
    await close();
  });

  test(`without scripts a person opens a case below the path, comes back and deletes it, in ${language}`, async () => {
    const { page, context, close } = await visitor({ javaScriptEnabled: false });
    const seen = watched(page);
    const folder = join(SCREENSHOTS, "path");
    mkdirSync(folder, { recursive: true });
    const look = async (name) => {
      await fits(page, name);
      await page.screenshot({ path: join(folder, `${name}-${language}.png`), fullPage: true });
      const leads = await page.evaluate(() => [...document.querySelectorAll("[href], [src], [action]")]
        .map((one) => one.href?.baseVal ?? one.getAttribute("href") ?? one.getAttribute("src") ?? one.getAttribute("action"))
        .filter((address) => address.startsWith("/")));
      assert.deepEqual(leads.filter((address) => !isBelow(address.split("?")[0])), [], name);
    };
    const here = (path) => at(page, PATH + path);
    await page.goto(`${node.url}${PATH}/?lang=${language}`);
    await at(page, PATH);
    await look("landing");
    await page.goto(`${node.url}${PATH}?lang=${language}`);
    await page.locator("button[value=harassed]").first().click();
    await here("/s/1");
    await look("age");
    await page.locator("nav a[hreflang]").click();
    await here("/s/1");
    await page.goBack();
    await page.goto(`${node.url}${PATH}/s/1?lang=${language}`);
    await page.locator('input[value="13"]').check();
    await page.locator(GO_ON).first().click();
    await page.waitForURL((url) => url.pathname !== `${PATH}/s/1`);
    await page.goto(`${node.url}${PATH}/s/6`);
    await page.locator(GO_ON).first().click();
    await here("/s/7");
    await look("words");
    const words = (await page.locator("#words li").allTextContents()).map((word) => word.trim());
    await page.locator("input[name=word2]").fill(words[1]);
    await page.locator("input[name=word5]").fill(words[4]);
    await page.locator(SEND).click();
    await here("/c");
    await look("case");
    const cookies = await context.cookies();
    assert.deepEqual(cookies.map(({ name, path }) => [name, path]), [["__Host-v", "/"]], "as its name promises the browser");
    await page.locator('form[action$="/c/7"] button').click();
    await at(page, PATH);
    await page.locator('main a[href$="/o"]').click();
    await here("/o");
    await page.locator("input[name=words]").fill(words.join(" "));
    await page.locator('form[action$="/o"] button.btn').click();
    await here("/c");
    await page.locator('form[action$="/c/6"] button').click();
    await here("/c/6");
    await look("delete");
    await page.locator("button.grave").click();
    await here("/c/6/1");
    await look("gone");
    for (const number of [1, 2, 3, 5, 6]) {
      await page.locator(`footer a[href$="/p/${number}"]`).click();
      await here(`/p/${number}`);
    }
    stayed(seen);
    await Promise.all([page.waitForURL((url) => AWAY.includes(url.href)), page.locator("#exit").click()]);
    await close();
  });
}

test("beside the path there is nothing of the portal", async () => {
  for (const page of ["/", "/s/1", "/o", "/c", "/p/1", "/x"]) {
    assert.equal((await fetch(node.url + page, { redirect: "manual" })).status, 404, page);
  }
});

function isBelow(path) {
  return path === PATH || path.startsWith(`${PATH}/`);
}

/// Every path of this node that is asked for, workers' modules too.
function watched(page) {
  const seen = new Set();
  page.context().on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin === node.url) seen.add(url.pathname);
  });
  return seen;
}

function stayed(seen) {
  assert.ok(seen.size > 10, `${seen.size}`);
  assert.deepEqual([...seen].filter((path) => !isBelow(path) && path !== "/favicon.ico"), []);
}
