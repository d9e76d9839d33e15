// The wallet when things go otherwise: everything deleted while a batch is under way, another voucher, no key, no answer, a question
// that is not answered, another device.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { read } from "../portal/camera.js";
import { person } from "../age/person.js";
import { batchTimes } from "../age/stopwatch.js";
import { ISSUER, world as makeWorld } from "../age/world.js";
import { SCREENSHOTS } from "../portal/visitor.js";

const CODES = 16;
const ROUNDS = 12;
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const VOUCHER_BYTES = [1, 111];

let world;
let codes;

before(async () => {
  world = await makeWorld();
  codes = await world.codes(CODES);
  await mkdir(join(SCREENSHOTS, "age"), { recursive: true });
});

after(() => world?.stop());

const voucherFor = () => world.voucher(codes.pop());
const voucherIn = ({ body }) => body.subarray(...VOUCHER_BYTES).toString("base64url");
const batches = () => world.issuer.records.filter(({ url }) => url === "/age/batch");
const honest = () => world.issuer.tamper((_, answer) => answer);

/// Holds the issuer's next answer to this; `asked` comes when it was asked, `release` lets the answer go, changed or not.
function hold(path) {
  let heard;
  let release;
  const asked = new Promise((resolve) => (heard = resolve));
  const released = new Promise((resolve) => (release = resolve));
  world.issuer.tamper(async ({ url }, answer) => {
    if (url !== path) return answer;
    heard();
    const change = await released;
    return change ? change(answer) : answer;
  });
  return { asked, release };
}

/// The issuer signs, and the answer is lost.
const silent = ({ url }, answer) => (url === "/age/batch" ? { status: 502, headers: { "access-control-allow-origin": "*" }, body: Buffer.alloc(0) } : answer);
const refusing = () => ({ status: 403, headers: { "content-type": "application/problem+json", "access-control-allow-origin": "*" }, body: Buffer.from("{}") });

/// A script as the wallet serves it, with those that it loads, run by Node.
async function served(script, others) {
  const folder = await mkdtemp(join(tmpdir(), "rempart-wallet-"));
  try {
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    for (const name of [script, ...others]) await writeFile(join(folder, name), await (await fetch(`${world.wallet.direct}/${name}`)).text());
    return await import(join(folder, script));
  } finally {
    await rm(folder, { recursive: true });
  }
}

for (const [moment, path] of [["while its keys are read", "/age/keys"], ["while the issuer signs", "/age/batch"]]) {
  test(`everything that is deleted stays deleted when a batch is under way, ${moment}`, async () => {
    const one = await person(world);
    const { asked, release } = hold(path);
    const before = batches().length;
    await one.enrolWith(await voucherFor());
    await asked;
    await one.page.evaluate(() => document.querySelectorAll("details").forEach((part) => (part.open = true)));
    await one.page.locator("#forget").click();
    await one.says("forgotten");
    release();
    await one.idle();
    honest();
    const { kept, proofs } = await one.kept();
    assert.deepEqual([kept, proofs], [[], []]);
    assert.equal(batches().length - before, path === "/age/batch" ? 1 : 0, "nothing is asked for once all is deleted");
    assert.equal(await one.page.locator("#word").getAttribute("data-word"), "forgotten", "that it is deleted stays to be read");
    // Nor after the page is loaded again.
    await one.page.reload();
    await one.says("nobody");
    assert.deepEqual((await one.kept()).kept, []);
    await one.close();
  });
}

test("a batch whose answer did not come is asked for again byte for byte, and counts once", async () => {
  const one = await person(world);
  const before = batches().length;
  world.issuer.tamper(silent);
  await one.enrolWith(await voucherFor());
  await one.says("offline");
  honest();
  await one.page.reload();
  await one.filled();
  const mine = batches().slice(before).map(({ body }) => body.toString("hex"));
  assert.equal(mine[0], mine[1]);
  assert.equal(new Set(mine).size, mine.length - 1, "and no other twice");
  await one.close();
});

test("a new voucher leaves nothing of the old one, whose refusal does not take the new one away", async () => {
  const one = await person(world);
  const [old, next] = [await voucherFor(), await voucherFor()];
  // The old one's batch is refused while the new one comes in at another window.
  const { asked, release } = hold("/age/batch");
  await one.enrolWith(old);
  await asked;
  const before = batches().length;
  const other = await one.context.newPage();
  await one.enrolWith(next, other);
  release(refusing);
  honest();
  await one.filled();
  assert.equal((await one.kept()).voucher, next);
  assert.ok(batches().slice(before).every((record) => voucherIn(record) === next), "the old voucher is asked with again");
  await other.close();
  await one.close();

  // And where the old one's batch lies unanswered when the new one comes.
  const two = await person(world);
  world.issuer.tamper(silent);
  const [first, second] = [await voucherFor(), await voucherFor()];
  await two.enrolWith(first);
  await two.says("offline");
  assert.ok((await two.kept()).kept.includes("pending"));
  const since = batches().length;
  honest();
  await two.enrolWith(second);
  await two.filled();
  assert.equal((await two.kept()).voucher, second);
  assert.ok(batches().slice(since).every((record) => voucherIn(record) === second));
  await two.close();
});

test("an issuer's refusal takes the voucher away that it refused", async () => {
  const one = await person(world);
  world.issuer.tamper(({ url }, answer) => (url === "/age/batch" ? refusing() : answer));
  await one.enrolWith(await voucherFor());
  await one.says("refused");
  honest();
  assert.deepEqual((await one.kept()).kept, ["log"]);
  await one.close();
});

test("a voucher that has had all it gets is not asked with again this week, and a new one is", async () => {
  const one = await person(world);
  world.issuer.tamper(({ url }, answer) => (url === "/age/batch" ? { ...refusing(), status: 429 } : answer));
  const before = batches().length;
  await one.enrolWith(await voucherFor());
  await one.says("full");
  assert.equal(batches().length - before, 4, "one for each age and week");
  assert.deepEqual((await one.kept()).kept, ["full", "log", "voucher"]);
  await one.page.reload();
  await one.says("full");
  assert.equal(batches().length - before, 4);
  honest();
  await one.enrolWith(await voucherFor());
  await one.filled();
  assert.deepEqual((await one.kept()).kept, ["log", "voucher"]);
  await one.close();
});

test("an age that the issuer has no key for is not asked for, and nothing of that is written down", async () => {
  const one = await person(world);
  const before = batches().length;
  await one.enrolWith(await voucherFor());
  await one.filled();
  // The voucher says 13 and 15 too; the issuer signs for 16 and 18.
  assert.deepEqual((await one.kept()).kept, ["log", "voucher"]);
  assert.equal(batches().length - before, 6);
  await one.close();
});

test("who does not answer, goes back, or loads the page again opens no wallet: nothing is fetched until they ask for it", async () => {
  const one = await person(world);
  const [site] = world.sites;
  // A voucher and no proof: a wallet that is opened would fetch at once.
  world.issuer.tamper(silent);
  await one.enrolWith(await voucherFor());
  await one.says("offline");
  const before = world.issuer.records.length;
  const ask = async (shown) => {
    await one.page.goto(`${site.origin}/inside`);
    await one.page.locator(`a.btn[href^="${world.wallet.origin}"]`).click();
    await one.shows(shown);
  };
  await ask("empty");
  assert.equal(await one.page.locator("#empty a.btn[href='/']").count(), 0, "the way into the wallet is no button");
  await one.page.reload();
  await one.shows("closed");
  await one.page.goBack();
  await one.page.goForward();
  await one.shows("closed");
  assert.equal(world.issuer.records.length, before);
  honest();
  await one.page.locator("#closed a[href='/']").click();
  await one.filled();
  const filled = world.issuer.records.length;
  assert.ok(filled > before);

  const answers = () => site.records.filter(({ url }) => url === "/age/verify").length;
  const answered = answers();
  await ask("asked");
  await one.page.locator("#no").click();
  await one.shows("closed");
  assert.equal(answers(), answered, "nothing is sent");
  assert.equal(world.issuer.records.length, filled);
  const left = (await one.kept()).proofs.length;
  await one.visit(site);
  await one.page.goBack();
  await one.shows("closed");
  assert.equal((await one.kept()).proofs.length, left - 1, "one proof for the visit, none for the question that was not answered");
  assert.equal(world.issuer.records.length, filled);
  await one.close();
});

test("a batch waits from nothing to twice the pace, each wait as likely and no wait like the last", async () => {
  const { drawnWait } = await served("wallet-fill.js", ["wallet-store.js", "age.js"]);
  const [pace, draws, parts] = [3, 50_000, 20];
  const drawn = Array.from({ length: draws }, () => drawnWait(pace));
  assert.ok(drawn.every((wait) => Number.isInteger(wait) && wait >= 0 && wait <= 2 * pace * 1000));
  // Bounds that a right draw misses less often than once in a million.
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = (2 * pace * 1000) / Math.sqrt(12);
  const middle = mean(drawn);
  assert.ok(Math.abs(middle - pace * 1000) < (5 * spread) / Math.sqrt(draws), `mean ${middle}`);
  const counts = Array.from({ length: parts }, () => 0);
  drawn.forEach((wait) => (counts[Math.floor((wait * parts) / (2 * pace * 1000 + 1))] += 1));
  const expected = draws / parts;
  const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert.ok(chi < 63, `chi squared of ${parts} parts: ${chi}`);
  const alike = mean(drawn.slice(1).map((wait, at) => (wait - middle) * (drawn[at] - middle))) / spread ** 2;
  assert.ok(Math.abs(alike) < 5 / Math.sqrt(draws), `a wait is like the last: ${alike}`);
  assert.equal(drawnWait(0), 0);
});

test("with a pace of seconds the times between batches differ, and none comes sooner than it is asked for", async (context) => {
  const own = await makeWorld({ paceSeconds: 1 });
  try {
    const one = await person(own);
    const began = performance.now();
    await one.enrolWith(await own.voucher((await own.codes(1))[0]));
    await one.filled();
    const at = own.issuer.records.filter(({ url }) => url === "/age/batch").map((record) => record.at - began);
    const gaps = at.slice(1).map((time, place) => Math.round(time - at[place]));
    context.diagnostic(`${Math.round(at[0])} ms until the first batch, then ${gaps.join(", ")} ms`);
    assert.equal(at.length, 6);
    assert.ok(Math.max(...gaps) - Math.min(...gaps) > 100, "the batches come at one beat");
    await one.close();
  } finally {
    await own.stop();
  }
});

for (const [language, locale] of [["en", "en-GB"], ["fr", "fr-FR"]]) {
  test(`a telephone answers the square on a desktop, which goes on by itself without a script, in ${language}`, async () => {
    const [site] = world.sites;
    const phone = await person(world, { ...PHONE, locale });
    await phone.enrolWith(await voucherFor());
    await phone.filled();
    const [desktop, stranger] = [await person(world, { javaScriptEnabled: false, locale }), await person(world, { javaScriptEnabled: false })];
    const others = [world.attester, world.issuer, world.wallet];
    const before = others.map(({ records }) => records.length);
    const shown = async (who) => {
      await who.page.goto(`${site.origin}/inside`);
      await who.page.locator('a[href^="/age/handoff"]').click();
      await who.page.waitForURL(`${site.origin}/age/handoff**`);
      return who.page.locator("main svg");
    };
    const square = await shown(desktop);
    await shown(stranger);
    await desktop.page.screenshot({ path: join(SCREENSHOTS, "age", `square-${language}-1280.png`), fullPage: true });
    const question = await read(phone.page, square);
    assert.ok(question?.startsWith(`${world.wallet.origin}/#age=18&`), question);

    await phone.page.goto("about:blank");
    await phone.page.goto(question);
    await phone.shows("asked");
    assert.ok(await phone.page.locator("#another").isVisible(), "the telephone says that it lets in another browser");
    assert.equal(await phone.page.locator('[data-fill="host"]:visible').first().textContent(), new URL(site.origin).host);
    await phone.page.screenshot({ path: join(SCREENSHOTS, "age", `answers-${language}-390.png`), fullPage: true });
    await phone.page.locator("#yes").click();
    await phone.page.waitForURL(`${site.origin}/age/verify`);
    await phone.page.screenshot({ path: join(SCREENSHOTS, "age", `handed-${language}-390.png`), fullPage: true });

    // Nobody touches the desktop.
    await desktop.page.waitForURL(`${site.origin}/inside`);
    assert.equal(await desktop.page.title(), "Inside");
    assert.deepEqual(others.map(({ records }) => records.length), before, "somebody else was told");
    // Only that one: not the telephone, and not another browser that shows a square.
    await phone.page.goto(`${site.origin}/inside`);
    assert.equal(new URL(phone.page.url()).pathname, "/age/gate");
    const again = await stranger.page.waitForResponse((response) => new URL(response.url()).pathname === "/age/handoff");
    assert.equal(again.status(), 200, "it goes on waiting");
    await Promise.all([phone, desktop, stranger].map((one) => one.close()));
  });
}

test("the wallet's own square leads a telephone to the wallet", async () => {
  const one = await person(world);
  await one.page.goto(`${world.wallet.origin}/`);
  await one.shows("home");
  await one.page.locator("#phone summary").click();
  await one.page.locator("#square svg").waitFor();
  const camera = await one.context.newPage();
  assert.equal(await read(camera, one.page.locator("#square")), `${world.wallet.origin}/`);
  await one.close();
});

test("a batch takes its time in the browser", async (context) => {
  const one = await person(world);
  await one.page.goto(`${world.wallet.origin}/`);
  await one.says("nobody");
  const times = await batchTimes(one.page, world, { issuer: ISSUER, voucher: await voucherFor(), age: 18, rounds: ROUNDS });
  const sorted = (step) => times.map((round) => round[step]).sort((one, other) => one - other);
  const told = (values) => `${values[Math.floor(values.length / 2)].toFixed(1)} ms (${values[0].toFixed(1)} to ${values.at(-1).toFixed(1)})`;
  for (const step of Object.keys(times[0])) context.diagnostic(`${step}: ${told(sorted(step))}`);
  const own = times.map(({ keys, blind, unblind }) => keys + blind + unblind).sort((one, other) => one - other);
  context.diagnostic(`a batch of 16 without the issuer, median and range of ${ROUNDS}: ${told(own)}`);
  assert.equal(times.length, ROUNDS);
  await one.close();
});
