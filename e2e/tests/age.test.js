// Age checks as people have them: four of them, an attester, an issuer, a wallet and three sites; and an adversary who has everything
// that any of those saw or wrote down.

import assert from "node:assert/strict";
import { createHash, randomInt } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { accuse, batch, bound, linked, number, redemption } from "../age/adversary.js";
import { found, guessed, hasSigned, secretsOf, seedsOf, tracesOf, tracesOfVisit } from "../age/insider.js";
import { LEAKS, leak } from "../age/leaky.js";
import { blinder } from "../age/module.js";
import { person } from "../age/person.js";
import { bytesOf, wentIn } from "../age/recorder.js";
import { world as makeWorld } from "../age/world.js";
import { barriers, validator } from "../portal/judge.js";
import { SCREENSHOTS } from "../portal/visitor.js";

const PERSONS = 4;
const VISITS = 100;
/// Visits of each person with a broken wallet: four batches are a week's proofs.
const LEAKY_VISITS = 4;

/// An issuer's key: what stands before the modulus, and all of it.
const SPKI_HEAD = 81;
const SPKI_BYTES = 342;
const NUMBER_BYTES = 256;

let world;
let people = [];
let codes;
/// Whose each proof was: the test's own knowledge.
const truth = new Map();
let visits = [];

before(async () => {
  world = await makeWorld();
  codes = await world.codes(PERSONS * (1 + Object.keys(LEAKS).length) + 3);
  await mkdir(join(SCREENSHOTS, "age"), { recursive: true });
});

after(async () => {
  await world?.stop();
});

test("people show an age once, and their wallets fetch ahead", async (context) => {
  people = await Promise.all(Array.from({ length: PERSONS }, () => person(world)));
  const began = performance.now();
  await Promise.all(people.map(async (one, place) => {
    await one.enrol(codes[place]);
    await one.filled();
  }));
  const batches = world.issuer.records.filter(({ url }) => url === "/age/batch");
  context.diagnostic(`${batches.length} batches of 16 for ${PERSONS} people in ${Math.round(performance.now() - began)} ms`);
  assert.ok(batches.length >= PERSONS * 6, "two batches of this week and one of the next, for two ages");
  assert.ok(batches.every(({ body }) => body.length === 4_239), "all batches have one size");
  for (const one of people) assert.equal(new URL(one.page.url()).hash, "", "the voucher is not left in the address");
});

test(`during ${VISITS} visits to three sites nobody else is asked anything`, async (context) => {
  const others = [world.attester, world.issuer, world.wallet];
  const before = others.map(({ records }) => records.length);
  const began = performance.now();
  let left = VISITS;
  // Two at a time, in an order that is drawn.
  const walk = async (mine) => {
    while (left > 0) {
      left -= 1;
      const who = mine[randomInt(mine.length)];
      const site = world.sites[randomInt(world.sites.length)];
      truth.set(await people[who].visit(site), who);
    }
  };
  await Promise.all([walk([0, 1]), walk([2, 3])]);
  context.diagnostic(`${VISITS} visits in ${Math.round(performance.now() - began)} ms`);
  others.forEach(({ host, records }, place) => {
    const asked = records.slice(before[place]).map(({ method, url }) => `${host} ${method} ${url}`);
    assert.deepEqual(asked, [], "somebody was told of a visit");
  });
  visits = world.sites.flatMap(({ records }) => records.filter(({ url }) => url === "/age/verify")).map(visitOf);
  assert.equal(visits.length, VISITS);
  assert.ok(visits.every(({ record }) => record.status === 303 && record.answerHeaders["set-cookie"]), "everybody was let in");
  const told = world.sites.flatMap(({ records }) => records).flatMap(({ headers }) => headers);
  assert.ok(!told.some((value) => value.includes("wallet.localhost")), "no site is told of the wallet");
  assert.ok(visits.every(({ record }) => !record.headers.some((name) => /^referer$/i.test(name))));
});

test("no byte that attester, issuer or the wallet's host got or keep is of a site or a visit, and the other way round", async () => {
  const theirs = [world.attester, world.issuer, world.wallet].flatMap(({ host, records }) => records.map((record) => ({ name: `${host} ${record.url}`, bytes: bytesOf(record) })));
  const files = await keptBy(["attester", "issuer", "wallet"]);
  assert.ok(theirs.length > 50 && files.some(({ name }) => name === "issuer/issuer.db") && files.some(({ name }) => name === "attester/attester.db"));
  assert.ok(["attester", "issuer"].every((name) => world.log(name).bytes.length > 0), "they write logs");
  const ofVisits = [
    ...world.sites.map(({ host }) => Buffer.from(host)),
    ...visits.flatMap(({ tokenNonce, authenticator, publicKey, siteNonce, signature }) => [tokenNonce, authenticator, publicKey, siteNonce, signature].flatMap(forms)),
  ];
  absent(ofVisits, [...theirs, ...files]);
  const vouchers = world.issuer.records.filter(({ url }) => url === "/age/batch").map(({ body }) => body.subarray(1, 111));
  const sites = world.sites.flatMap(({ host, records }) => records.map((record) => ({ name: `${host} ${record.url}`, bytes: bytesOf(record) })));
  const kept = await keptBy(world.sites.map(({ host }) => host));
  absent([...vouchers.flatMap(forms), Buffer.from("attester.localhost")], [...sites, ...kept]);
  // What is searched for is found where it is.
  assert.throws(() => absent(ofVisits, sites));
  assert.throws(() => absent(vouchers.flatMap(forms), theirs));
});

test("whoever opens attester and issuer with their own keys finds nothing there of a visit, and at no site anything of a batch", async (context) => {
  const secrets = await secretsOf(world);
  const issued = issuedNow();
  const said = await Promise.all(["attester", "issuer"].map(async (name) => ({ name: `${name}'s rows`, bytes: Buffer.from(JSON.stringify(await world.rows(name))) })));
  const theirs = [...said, ...(await keptBy(["attester", "issuer"]))];
  const ofVisits = visits.flatMap((visit) => tracesOfVisit(visit, issued, secrets));
  context.diagnostic(`${ofVisits.length} traces of ${VISITS} visits looked for in ${theirs.reduce((sum, { bytes }) => sum + bytes.length, 0)} bytes`);
  assert.deepEqual(found(ofVisits, theirs), []);
  const sites = await keptBy(world.sites.map(({ host }) => host));
  const ofBatches = issued.flatMap(({ request }) => tracesOf([request, request.subarray(1, 111), request.subarray(2, 34)], secrets));
  assert.deepEqual(found(ofBatches, sites), []);
  // The keys are the right ones, and what is there is found: a batch by its digest, a code that nobody used by its keyed one.
  assert.ok(issued.every((one) => hasSigned(one, secrets)));
  const rows = found(ofBatches, said).filter((hit) => hit.startsWith("issuer"));
  assert.ok(rows.length >= issued.length, "not every batch is found in the issuer's rows");
  const unused = codes.at(-1).replaceAll("-", "");
  assert.equal(found([secrets.attester.digest(Buffer.from("age attester: code"), Buffer.from(unused))], said).length, 1);
});

test("who has every log, database, key and answer of both sides says whose a visit was no better than by guessing", async (context) => {
  const issued = issuedNow();
  assert.equal(new Set(issued.map((one) => one.person)).size, PERSONS);
  const moduli = moduliOf();
  const seeded = await guess(issued, visits, [...ownersOf().keys()]);
  const said = accuse({ issued, visits, moduli, seeded });
  const right = said.filter((person, place) => person === visits[place].who).length;
  const most = bound(VISITS, PERSONS);
  context.diagnostic(`${right} of ${VISITS} right; guessing gives ${VISITS / PERSONS}, and more than ${most} once in a million`);
  assert.ok(right <= most, `${right} right`);
  assert.equal(linked(visits), 0, "two visits share something");
});

test("the wallet keeps no site and no question, its keys cannot be taken out, and what was spent is gone", async () => {
  const spent = new Set(visits.map(({ token }) => token.toString("hex")));
  for (const one of people) {
    await one.page.goto(`${world.wallet.origin}/`);
    await one.shows("home");
    const { proofs, all, names } = await one.kept();
    assert.ok(proofs.length > 0 && proofs.every(({ isExtractable, usages }) => !isExtractable && usages === "sign"));
    assert.ok(proofs.every(({ token }) => !spent.has(token)), "a proof that was spent is still there");
    assert.deepEqual(names, { databases: ["wallet"], local: 0, session: 0, cookies: "" });
    absent([...world.sites.map(({ host }) => Buffer.from(host)), ...visits.flatMap(({ siteNonce }) => forms(siteNonce))], [{ name: "the wallet", bytes: Buffer.from(all, "latin1") }]);
  }
});

test("a key that is not where the issuer's log says is not believed, and nothing is asked for with it", async () => {
  const one = await person(world);
  world.issuer.tamper(({ url }, answer) => {
    if (url !== "/age/keys") return answer;
    const said = JSON.parse(answer.body);
    // As an issuer would that made a key for one person: the place in the log is another's.
    [said.keys[0].entry, said.keys[1].entry] = [said.keys[1].entry, said.keys[0].entry];
    const body = Buffer.from(JSON.stringify(said));
    return { ...answer, headers: { ...answer.headers, "content-length": body.length }, body };
  });
  const before = world.issuer.records.length;
  await one.enrol(codes[PERSONS + 2]);
  await one.page.locator('#word[data-word="unlogged"]').waitFor();
  assert.deepEqual(world.issuer.records.slice(before).map(({ url }) => url), ["/age/keys"]);
  world.issuer.tamper((_, answer) => answer);
  await one.close();
});

for (const [language, locale] of [["en", "en-GB"], ["fr", "fr-FR"]]) {
  test(`axe finds nothing in any state of the wallet in ${language}, light and dark, and nothing is wider than a telephone`, async () => {
    // Trusted types and the policy would keep axe out; that they hold is tested elsewhere.
    const one = await person(world, { locale, bypassCSP: true });
    const wrong = [];
    const look = async (name) => {
      for (const colorScheme of ["light", "dark"]) {
        await one.page.emulateMedia({ colorScheme });
        wrong.push(...(await barriers(one.page)).map((barrier) => `${name}, ${colorScheme}: ${barrier}`));
      }
      await one.page.emulateMedia({ colorScheme: "light" });
      for (const width of [320, 1280]) {
        await one.page.setViewportSize({ width, height: 800 });
        const wide = await one.page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
        if (wide > 0) wrong.push(`${name}: ${wide} px wider than ${width}`);
        await one.page.screenshot({ path: join(SCREENSHOTS, "age", `${name}-${language}-${width}.png`), fullPage: true });
      }
    };
    const [site] = world.sites;
    const gate = async (path, link) => {
      await one.page.goto(`${site.origin}${path}`);
      await link(one.page);
      await one.page.waitForURL(`${world.wallet.origin}/**`);
    };
    const press = (page) => page.locator(`a.btn[href^="${world.wallet.origin}"]`).click();
    const read = async (page) => page.goto(await page.locator("details code").textContent());
    const asked = (fragment, shown) => one.page.goto("about:blank").then(() => one.page.goto(`${world.wallet.origin}/#${fragment}`)).then(() => one.shows(shown));
    const unfold = () => one.page.evaluate(() => document.querySelectorAll("main section:not([hidden]) details").forEach((part) => (part.open = true)));

    await one.page.goto(`${world.wallet.origin}/`);
    await one.page.locator('#word[data-word="nobody"]').waitFor();
    assert.equal(await one.page.locator("html").getAttribute("lang"), language);
    await look("nothing-yet");
    await gate("/inside", press);
    await one.shows("empty");
    await look("empty");
    await asked("origin=nowhere", "other");
    await look("other");
    await asked("origin=nowhere&issuer=issuer.test", "wrong");
    await look("wrong");
    await one.enrol(codes[language === "en" ? PERSONS : PERSONS + 1]);
    await one.filled();
    await unfold();
    await one.page.locator("#square svg").waitFor();
    await look("home");
    await gate("/inside", press);
    await one.shows("asked");
    await look("asked");
    await unfold();
    await look("asked-bytes");
    assert.equal(await one.page.locator('[data-fill="proof"]').textContent(), await one.page.locator("input[name=proof]").inputValue());
    await one.page.locator("#no").click();
    await one.shows("closed");
    await look("closed");
    await gate("/age/handoff?back=%2Finside", read);
    await one.shows("asked");
    assert.ok(await one.page.locator("#another").isVisible());
    await look("asked-another");
    await one.page.goto(`${world.wallet.origin}/`);
    await one.shows("home");
    await unfold();
    await one.page.locator("#forget").click();
    await one.page.locator('#word[data-word="forgotten"]').waitFor();
    assert.ok(await one.page.locator("#stock-none").isVisible());
    const html = await (await fetch(`${world.wallet.direct}/?lang=${language}`)).text();
    const { results } = await validator.validateString(html);
    wrong.push(...results.flatMap(({ messages }) => messages.map(({ ruleId, message, line }) => `${ruleId}: ${message}: ${html.split("\n")[line - 1]}`)));
    await one.close();
    assert.deepEqual(wrong, []);
  });
}

for (const [name, broken] of Object.entries(LEAKS)) {
  test(`the same adversary sees through a wallet with ${name}`, async (context) => {
    const vouchers = await Promise.all(codes.splice(-PERSONS).map(world.voucher));
    const { issued, visits: seen } = await leak(world, vouchers, broken, LEAKY_VISITS);
    const said = accuse({ issued, visits: seen, moduli: moduliOf(), seeded: await guess(issued, seen, vouchers) });
    const right = said.filter((person, place) => person === seen[place].person).length;
    const most = bound(seen.length, PERSONS);
    context.diagnostic(`${right} of ${seen.length} right; guessing gives more than ${most} once in a million`);
    assert.ok(right > most, `${right} right: the adversary is blind`);
  });
}

/// A redemption as it arrived, with whoever sent it, which only the test knows.
function visitOf(record) {
  const text = new URLSearchParams(record.body.toString()).get("proof");
  const read = redemption(text);
  const own = Buffer.concat([read.tokenNonce, read.authenticator, read.publicKey, read.siteNonce, read.signature]);
  return { record, who: truth.get(text), at: record.at, raw: Buffer.concat([wentIn(record), read.bytes]), own, ...read };
}

/// As bytes, as text in the alphabet of addresses, and as digits.
const forms = (bytes) => [bytes, Buffer.from(bytes.toString("base64url")), Buffer.from(bytes.toString("hex"))];

function absent(needles, haystacks) {
  for (const { name, bytes } of haystacks) {
    for (const needle of needles) assert.ok(!bytes.includes(needle), `${name} has ${needle.toString("latin1").slice(0, 40)}`);
  }
}

/// By voucher: the attester knows who showed an age, here by the code.
function ownersOf() {
  const owners = new Map();
  for (const { url, body, answerHeaders } of world.attester.records) {
    const voucher = /#voucher=(.+)$/.exec(answerHeaders?.refresh ?? "")?.[1];
    if (url.startsWith("/age/way/code") && voucher) owners.set(voucher, codes.findIndex((code) => body.includes(code)));
  }
  return owners;
}

function moduliOf() {
  const { answer } = world.issuer.records.find(({ url, method }) => url === "/age/keys" && method === "GET");
  return new Map(JSON.parse(answer).keys.map(({ entry }) => {
    const spki = Buffer.from(entry, "base64url").subarray(-SPKI_BYTES);
    return [createHash("sha256").update(spki).digest("hex"), number(spki.subarray(SPKI_HEAD, SPKI_HEAD + NUMBER_BYTES))];
  }));
}

/// Files and log of each.
const keptBy = async (names) => [...(await Promise.all(names.map(world.files))).flat(), ...names.map(world.log)];

/// Every batch so far, with whose it was: attester and issuer together know.
function issuedNow() {
  const owners = ownersOf();
  return world.issuer.records.filter(({ url }) => url === "/age/batch").map((record) => {
    const read = batch(record.body, record.answer);
    return { person: owners.get(read.voucher), at: record.at, raw: wentIn(record), request: record.body, ...read };
  });
}

async function guess(issued, seen, vouchers) {
  const seeds = seedsOf(vouchers, await secretsOf(world));
  return guessed({ issued, visits: seen, seeds, blind: await blinder(world, vouchers[0]) });
}
