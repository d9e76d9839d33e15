// Attacks and mishaps, named after the threats of the map where one is meant.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { boastful, bomb, plain, png } from "../portal/pictures.js";
import { AWAY, PORTAL, visitor } from "../portal/visitor.js";
import { FORM_GO_ON, GO_ON, at, begin, file, hashed, open } from "../portal/walk.js";

const HOSTILE = `<img src=x onerror=alert(1)>"'\u202Egnp.exe\u2066.png`;
/// Words tried a minute by one address.
const TRIES = 10;

test("T1: the way out leaves at once, ends the visit, and going back shows nothing of it", async () => {
  for (const leave of [(page) => page.locator("#exit").click(), shiftThrice]) {
    const { page, context, close } = await visitor();
    await begin(page, "/s/4");
    await page.locator("textarea").fill("https://example.org/my-secret-link");
    await Promise.all([page.waitForURL((url) => AWAY.includes(url.href)), leave(page)]);
    assert.deepEqual(await context.cookies(), [], "the cookie is gone");
    await page.goBack();
    await page.locator("main h1").waitFor();
    assert.equal(await page.locator("textarea, input[name=answer]").count(), 0, "no page of the visit came back");
    assert.ok(!(await page.content()).includes("my-secret-link"));
    await page.goto(`${PORTAL}/s/4`);
    assert.equal(await page.locator("textarea").count(), 0, "the draft is over");
    await close();
  }
});

test("T1: the way out works without scripts, and capitals are no way out", async () => {
  const silent = await visitor({ javaScriptEnabled: false });
  await begin(silent.page);
  await Promise.all([silent.page.waitForURL((url) => AWAY.includes(url.href)), silent.page.locator("#exit").click()]);
  assert.deepEqual(await silent.context.cookies(), []);
  await silent.close();

  const { page, close } = await visitor();
  await page.goto(`${PORTAL}/o`);
  await page.locator("input[name=words]").focus();
  for (const letter of ["A", "B", "C", "D"]) await page.keyboard.press(`Shift+${letter}`);
  assert.equal(new URL(page.url()).pathname, "/o");
  assert.equal(await page.locator("input[name=words]").inputValue(), "ABCD");
  await close();
});

test("T1: a case that was left is closed, and only its words open it", async () => {
  const { page, close } = await visitor();
  const words = await file(page);
  await Promise.all([page.waitForURL((url) => AWAY.includes(url.href)), shiftThrice(page)]);
  await page.goto(`${PORTAL}/c`);
  assert.equal(await page.locator('form[action="/c/6"]').count(), 0);
  await page.goto(`${PORTAL}/o`);
  await open(page, words);
  await at(page, "/c");
  await close();
});

test("T3: whoever takes back another's picture takes nothing away from their case", async () => {
  const shared = [{ name: "a.png", mimeType: "image/png", buffer: png({ seed: 301 }) }];
  const [one, other] = [await visitor(), await visitor()];
  await file(one.page, { files: shared });
  await file(other.page, { files: shared });
  const before = await one.page.locator(".card .tag").first().textContent();
  await other.page.locator('form[action="/c/4"] button').first().click();
  await other.page.locator("button.grave").click();
  await at(other.page, "/c");
  await one.page.reload();
  assert.equal(await one.page.locator(".card .tag").first().textContent(), before);
  await one.close();
  await other.close();
});

test("T12: guessing words is slowed for whoever guesses and for nobody else", async () => {
  const { page, address, close } = await visitor();
  const words = ["abacus", "abacus", "abacus", "abacus", "abacus", "abacus"];
  let status = 303;
  let tries = 0;
  while (status === 303 && tries < 3 * TRIES) {
    await page.goto(`${PORTAL}/o`);
    const [answer] = await Promise.all([page.waitForResponse((one) => one.request().method() === "POST"), open(page, words)]);
    status = answer.status();
    tries += 1;
  }
  assert.equal(status, 429);
  assert.ok(tries > TRIES / 2, `refused after ${tries} tries: a person who mistypes must not be`);
  assert.ok(await page.locator("main h1").isVisible());
  await close();
  // While the browser started, the address earned a try or two anew; another one would have all of them.
  const again = await visitor({ address });
  let more = 0;
  for (status = 303; status === 303 && more < TRIES; more += 1) {
    await again.page.goto(`${PORTAL}/o`);
    const [one] = await Promise.all([again.page.waitForResponse((one) => one.request().method() === "POST"), open(again.page, words)]);
    status = one.status();
  }
  assert.equal(status, 429);
  assert.ok(more <= TRIES / 2, `another browser at the same address waits too, yet had ${more} tries`);
  await again.close();
  const other = await visitor();
  await other.page.goto(`${PORTAL}/o`);
  const [answer] = await Promise.all([other.page.waitForResponse((one) => one.request().method() === "POST"), open(other.page, words)]);
  assert.equal(answer.status(), 303);
  await other.close();
});

test("T3: a form on another site or another port deletes nothing", async () => {
  const { page, close } = await visitor();
  await file(page);
  const server = createServer((request, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<form method="post" action="${PORTAL}/c/6"><input name="sure" value="1"><input name="t" value=""><button>win</button></form>`);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  try {
    for (const host of ["localhost", "127.0.0.1"]) {
      await page.goto(`http://${host}:${server.address().port}/`);
      const [answer] = await Promise.all([page.waitForResponse((one) => one.request().method() === "POST"), page.locator("button").click()]);
      assert.ok(answer.status() >= 400, `${host}: ${answer.status()}`);
      await page.goto(`${PORTAL}/c`);
      assert.equal(await page.locator('form[action="/c/6"]').count(), 1, "the case is there");
    }
  } finally {
    server.close();
  }
  await close();
});

test("a cookie that somebody planted is not taken over", async () => {
  const attacker = await visitor();
  await begin(attacker.page);
  const [planted] = await attacker.context.cookies();
  const victim = await visitor();
  await victim.context.addCookies([planted]);
  const words = await file(victim.page);
  const [own] = await victim.context.cookies();
  assert.notEqual(own.value, planted.value);
  await attacker.page.goto(`${PORTAL}/c`);
  assert.equal(await attacker.page.locator('form[action="/c/6"]').count(), 0);
  await victim.context.clearCookies();
  await victim.context.addCookies([planted]);
  await victim.page.goto(`${PORTAL}/o`);
  await open(victim.page, words);
  await at(victim.page, "/c");
  await attacker.page.goto(`${PORTAL}/c`);
  assert.equal(await attacker.page.locator('form[action="/c/6"]').count(), 0);
  await attacker.close();
  await victim.close();
});

test("T13: a hostile file name is shown nowhere and runs nothing", async () => {
  const { page, close } = await visitor();
  const dialogs = [];
  page.on("dialog", (dialog) => { dialogs.push(dialog.message()); dialog.dismiss(); });
  const files = [{ name: HOSTILE, mimeType: "image/png", buffer: png({ seed: 311 }) }];
  const look = async (name) => {
    const text = await page.content();
    for (const piece of ["onerror", "\u202E", "\u2066", "gnp.exe"]) assert.ok(!text.includes(piece), `${name} shows ${piece}`);
  };
  await file(page, { files, look });
  assert.deepEqual(dialogs, []);
  await close();
});

test("T11: text that looks like HTML stays text, in messages and in links", async () => {
  const { page, close } = await visitor();
  const hostile = `<script>document.title="x"</script><b id=planted>"'`;
  await file(page, { message: hostile, links: `https://example.org/<b-id=planted> ${hostile}` });
  assert.equal(await page.locator("#planted").count(), 0);
  assert.ok((await page.locator(".said").first().textContent()).includes(hostile));
  await close();
});

test("T13: a picture that claims 300 million pixels and one that unfolds to a hundred megabytes do no harm", async (context) => {
  const { page, close } = await visitor();
  await begin(page);
  const files = [boastful(), bomb(), plain(5000, 5000), Buffer.from("no picture"), Buffer.alloc(0), png({ seed: 312 })];
  const kinds = ["image/png", "image/png", "image/png", "image/png", "image/png", "image/png"];
  await page.locator("#pick").setInputFiles(files.map((buffer, at) => ({ name: `${at}.png`, mimeType: kinds[at], buffer })));
  await hashed(page, files.length);
  const states = await page.locator("ul.files > li").evaluateAll((rows) => rows.map((row) => row.dataset.state));
  context.diagnostic(`states: ${states}`);
  assert.deepEqual(states.map((state) => state === "ready"), [false, states[1] === "ready", false, false, false, true]);
  assert.equal(states[0], "large");
  assert.equal(states[2], "plain");
  assert.equal(states[4], "unreadable");
  for (const row of await page.locator("ul.files > li [data-part=state]").allTextContents()) assert.ok(row.trim().length > 3);
  await page.locator(FORM_GO_ON).click();
  await at(page, "/s/4");
  await close();
});

test("T12: ten thousand links are cut to what a case takes, and the page says so", async () => {
  const { page, close } = await visitor();
  await begin(page, "/s/4");
  const links = Array.from({ length: 10_000 }, (_, number) => `https://example.org/page/${number}`).join("\n");
  // Typed in, it would take Chromium longer than anybody waits; pasting is one step.
  await page.locator("textarea").evaluate((field, text) => (field.value = text), links);
  await page.locator(FORM_GO_ON).click();
  await page.locator("main [role=alert]").first().waitFor();
  const kept = await page.locator("ul.kept > li").count();
  assert.ok(kept > 0 && kept <= 1_000, `${kept} links are kept`);
  await page.locator(FORM_GO_ON).click();
  await at(page, "/s/5");
  await close();
});

test("a story in emoji alone arrives whole", async () => {
  const { page, close } = await visitor();
  const story = "😭📱👉🏽👩‍👩‍👧‍👦🏳️‍🌈🙈".repeat(40);
  await file(page, { message: story });
  assert.equal((await page.locator(".said").first().textContent()).trim(), story);
  await close();
});

test("two tabs of one draft add to each other, and a form of an older visit changes nothing", async () => {
  const { page, context, close } = await visitor();
  await begin(page, "/s/4");
  const second = await context.newPage();
  await second.goto(`${PORTAL}/s/4`);
  for (const [tab, link] of [[page, "https://example.org/one"], [second, "https://example.org/two"]]) {
    await tab.locator("textarea").fill(link);
    await tab.locator(FORM_GO_ON).click();
    await at(tab, "/s/5");
  }
  await page.goto(`${PORTAL}/s/4`);
  assert.equal(await page.locator("ul.kept > li").count(), 2);

  await begin(second);
  await page.locator("textarea").fill("https://example.org/three");
  const [answer] = await Promise.all([page.waitForResponse((one) => one.request().method() === "POST"), page.locator(FORM_GO_ON).click()]);
  assert.ok(answer.status() >= 400);
  assert.ok(await page.locator("main h1").isVisible());
  await second.goto(`${PORTAL}/s/4`);
  assert.equal(await second.locator("ul.kept > li").count(), 0);
  await close();
});

test("the back button after each answer shows the question with its answer", async () => {
  const { page, close } = await visitor();
  await begin(page, "/s/4");
  await page.locator("textarea").fill("https://example.org/one");
  await page.locator(FORM_GO_ON).click();
  await at(page, "/s/5");
  await page.locator("textarea").fill("my story");
  await page.locator(GO_ON).click();
  await at(page, "/s/6");
  await page.goBack();
  await at(page, "/s/5");
  assert.equal(await page.locator("textarea").inputValue(), "my story");
  await page.goBack();
  await at(page, "/s/4");
  assert.equal(await page.locator("ul.kept > li").count(), 1);
  await page.goBack();
  await at(page, "/s/3");
  await page.goBack();
  await at(page, "/s/2");
  assert.ok(await page.locator("input[value=links]").isChecked());
  await page.goBack();
  await at(page, "/s/1");
  assert.ok(await page.locator('input[value="18"]').isChecked());
  await page.locator(GO_ON).click();
  await at(page, "/s/2");
  await close();
});

test("the back button after a wrong answer asks nothing, and a page loaded again says the fault no more", async () => {
  const { page, close } = await visitor();
  await page.goto(`${PORTAL}/?lang=en`);
  await page.locator("button[value=mine]").click();
  await at(page, "/s/1");
  await page.locator(GO_ON).click();
  await page.locator("#missing").waitFor();
  await page.reload();
  await page.locator("main h1").waitFor();
  assert.equal(await page.locator("#missing").count(), 0, "said once");
  await page.locator('input[value="18"]').check();
  await page.locator(GO_ON).click();
  await at(page, "/s/2");
  await page.locator(GO_ON).click();
  await page.locator("#missing").waitFor();
  await page.locator("input[value=links]").check();
  await page.locator(GO_ON).click();
  await at(page, "/s/3");
  await page.locator(FORM_GO_ON).click();
  await at(page, "/s/4");
  await page.locator("textarea").fill("http://192.168.1.1/a https://example.org/one");
  await page.locator(FORM_GO_ON).click();
  await page.locator("[role=alert] li").waitFor();
  await page.locator(FORM_GO_ON).click();
  await at(page, "/s/5");
  await page.goBack();
  await at(page, "/s/4");
  assert.equal(await page.locator("ul.kept > li").count(), 1);
  assert.equal(await page.locator("[role=alert] li").count(), 0);
  for (let back = 0; back < 12 && new URL(page.url()).pathname !== "/"; back++) {
    await page.goBack();
    await page.locator("main h1").waitFor();
  }
  assert.equal(new URL(page.url()).pathname, "/", "every page on the way came without a question");

  for (const [path, fields] of [["/o", { words: "one two" }], ["/o/1", { proof: "x", words: "one two" }]]) {
    await page.goto(`${PORTAL}${path}?lang=en`);
    for (const [name, value] of Object.entries(fields)) await page.locator(`input[name=${name}]`).fill(value);
    await page.locator("main form .btn").click();
    await page.locator("[role=alert]:not([hidden])").waitFor();
    assert.equal(await page.locator("input[name=words]").inputValue(), "", "words are not kept");
    await page.goto(`${PORTAL}/p/1`);
    await page.goBack();
    await at(page, path);
    assert.equal(await page.locator("[role=alert]:not([hidden])").count(), 0);
  }
  await close();
});

test("the back button after the case was sent or deleted sends nothing twice", async () => {
  const { page, close } = await visitor();
  await file(page);
  await page.goBack();
  await page.locator("main h1").waitFor();
  assert.equal(await page.locator("#words").count(), 0, "the words are not shown again");
  await page.goto(`${PORTAL}/c`);
  await page.locator('form[action="/c/6"] button').click();
  await at(page, "/c/6");
  await page.locator("button.grave").click();
  await at(page, "/c/6/1");
  await page.goBack();
  await page.locator("main h1").waitFor();
  assert.equal(await page.locator('form[action="/c/6"]').count(), 0, "nothing is left to delete");
  await page.goto(`${PORTAL}/c`);
  assert.equal(await page.locator('form[action="/c/6"]').count(), 0);
  await close();
});

test("a slow network only makes one wait", async () => {
  const { page, context, close } = await visitor();
  await begin(page, "/s/4");
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", { offline: false, latency: 300, downloadThroughput: 150_000, uploadThroughput: 50_000 });
  await page.goto(`${PORTAL}/s/3`);
  await page.locator("#pick").setInputFiles([{ name: "a.png", mimeType: "image/png", buffer: png({ seed: 320 }) }]);
  // Sent before the code is there: the form waits for it.
  await page.locator(FORM_GO_ON).click();
  await at(page, "/s/4");
  await page.goto(`${PORTAL}/s/3`);
  assert.equal(await page.locator("#files").getAttribute("data-held"), "1");
  await close();
});

test("offline in mid-hash, the hashing goes on and the form can be sent again later", async () => {
  const { page, context, close } = await visitor();
  await begin(page);
  await page.locator("#pick").setInputFiles([{ name: "a.png", mimeType: "image/png", buffer: png({ seed: 321 }) }]);
  await hashed(page, 1);
  await context.setOffline(true);
  await page.locator("#pick").setInputFiles([{ name: "b.png", mimeType: "image/png", buffer: png({ seed: 322, width: 1600, height: 1200 }) }]);
  await hashed(page, 2);
  await page.locator(FORM_GO_ON).click();
  await page.waitForURL(/chrome-error|\/s\/3/);
  await context.setOffline(false);
  await page.goto(`${PORTAL}/s/3`);
  await page.locator("#pick").setInputFiles([{ name: "a.png", mimeType: "image/png", buffer: png({ seed: 321 }) }]);
  await hashed(page, 1);
  await page.locator(FORM_GO_ON).click();
  await at(page, "/s/4");
  await close();
});

test("a tab that is closed in mid-hash loses its pictures and nothing else", async () => {
  const { page, context, close } = await visitor();
  await begin(page);
  await page.locator("#pick").setInputFiles([{ name: "b.png", mimeType: "image/png", buffer: png({ seed: 323, width: 2400, height: 1800 }) }]);
  await page.close();
  const later = await context.newPage();
  await later.goto(`${PORTAL}/s/3`);
  assert.equal(await later.locator("#files").getAttribute("data-held"), "0");
  await later.goto(`${PORTAL}/s/2`);
  assert.ok(await later.locator("input[value=links]").isChecked());
  await close();
});

async function shiftThrice(page) {
  for (let presses = 0; presses < 3; presses++) await page.keyboard.press("Shift");
}
