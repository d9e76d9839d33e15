// What leaves the browser in a whole visit, and what stays behind in it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PLANTED, jpeg } from "../portal/pictures.js";
import { PORTAL, visitor } from "../portal/visitor.js";
import { OTHERS, comeBack, file, pictures } from "../portal/walk.js";

const PAGE_BYTES_MAX = 60_000;
/// For each file: fingerprints and views, as text.
const BYTES_PER_FILE_MAX = 8_000;
/// A page's path is a letter and numbers; its only question is the language.
const PATH = /^\/(([csop](\/\d+)*)?)(\?lang=(fr|en))?$/;
const TITLE = /^((Step|Étape) \d+ (of|sur) \d+ · )?(My space|Mon espace)$/;

test("T9: a whole visit asks this site alone, and no byte of a picture and no file's name leaves", async (context) => {
  const { page, close } = await visitor();
  const sent = [];
  page.context().on("request", (request) => sent.push({ url: request.url(), body: request.postDataBuffer(), headers: request.headers() }));
  await page.goto("about:blank");
  const photo = { name: "secretname.jpg", mimeType: "image/jpeg", buffer: await jpeg(page, { seed: 21 }) };
  const files = [...pictures(), photo];
  assert.ok(files.every(({ buffer }) => buffer.includes(PLANTED)), "the pattern is in every picture");
  const words = await file(page, { files });
  await comeBack(page, words);
  await close();

  const bodies = sent.map(({ body }) => body).filter(Boolean);
  assert.ok(bodies.length > 10, "the visit sent its answers");
  for (const { url, headers } of sent) {
    const { protocol, origin } = new URL(url);
    assert.ok(origin === PORTAL || protocol === "about:", `another site was asked: ${url}`);
    assert.ok(!headers.referer, `${url} was told where the visitor came from`);
  }
  const pieces = files.flatMap(({ buffer }) => piecesOf(buffer));
  for (const body of bodies) {
    const forms = [body, Buffer.from(decodeURIComponent(body.toString("latin1").replaceAll("+", " ")), "utf8")];
    for (const form of forms) {
      assert.ok(!form.includes(PLANTED) && !form.includes("secretname"), "a picture or its name has left");
      assert.ok(!pieces.some((piece) => form.includes(piece)), "a piece of a picture has left");
    }
  }
  const codes = bodies.map((body) => new URLSearchParams(body.toString()).get("marks")).filter(Boolean);
  assert.equal(codes.length, 1);
  const leaving = Buffer.byteLength(codes[0]);
  const all = bodies.reduce((sum, body) => sum + body.length, 0);
  context.diagnostic(`${files.length} pictures: ${leaving} bytes of codes, ${all} bytes in all forms of the visit`);
  assert.ok(leaving < BYTES_PER_FILE_MAX * files.length, `${leaving} bytes for ${files.length} pictures`);
});

test("T1: no address, title, cookie's name, storage or history says what the visit is about", async () => {
  const { page, context, close } = await visitor();
  const look = async (name) => {
    const { pathname, search } = new URL(page.url());
    assert.match(pathname + search, PATH, name);
    assert.match(await page.title(), TITLE, name);
    const kept = await page.evaluate(async () => ({
      cookie: document.cookie,
      storage: localStorage.length + sessionStorage.length,
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
      workers: (await navigator.serviceWorker?.getRegistrations())?.length ?? 0,
      state: history.state,
      name: window.name,
    }));
    assert.deepEqual(kept, { cookie: "", storage: 0, databases: 0, caches: 0, workers: 0, state: null, name: "" }, name);
    const cookies = await context.cookies();
    assert.ok(cookies.every((one) => one.name === "__Host-v" && one.httpOnly && one.secure && one.sameSite === "Strict" && one.expires === -1), name);
  };
  await page.goto(PORTAL);
  assert.deepEqual(await context.cookies(), [], "no cookie before the first answer");
  const words = await file(page, { look });
  await comeBack(page, words, { look });
  const session = await context.newCDPSession(page);
  const { entries } = await session.send("Page.getNavigationHistory");
  for (const { url, title } of entries.filter(({ url }) => url.startsWith(PORTAL))) {
    assert.match(url.slice(PORTAL.length), PATH);
    if (title && !title.startsWith("127.0.0.1")) assert.match(title, TITLE);
  }
  await close();
});

for (const language of ["fr", "en"]) {
  test(`T11: every page in ${language} says by its headers what it may do, has nothing inline, and is light`, async (context) => {
    const { page, close } = await visitor();
    let loaded = [];
    page.on("response", (response) => loaded.push(response));
    const weights = new Map();
    const look = async (name) => {
      await page.waitForLoadState("load");
      const at = loaded.findLastIndex((one) => one.request().resourceType() === "document" && one.status() !== 303);
      const document = loaded[at];
      const headers = await document.allHeaders();
      const policy = headers["content-security-policy"] ?? "";
      for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "require-trusted-types-for 'script'"]) {
        assert.ok(policy.includes(part), `${name}: ${part} is not in ${policy}`);
      }
      assert.ok(!policy.includes("unsafe-inline") && !policy.includes("'unsafe-eval'"), name);
      assert.equal(headers["cache-control"], "no-store", name);
      assert.equal(headers["referrer-policy"], "no-referrer", name);
      assert.equal(headers["cross-origin-opener-policy"], "same-origin", name);
      assert.equal(headers["cross-origin-embedder-policy"], "require-corp", name);
      assert.equal(headers["cross-origin-resource-policy"], "same-origin", name);
      assert.match(headers["permissions-policy"], /camera=\(\)/, name);
      assert.equal(headers["x-content-type-options"], "nosniff", name);
      const html = await document.text();
      assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)/i, name);
      let bytes = Buffer.byteLength(html);
      const parts = loaded.slice(at + 1).filter((one) => !one.url().endsWith(".wasm") && one.url().startsWith(PORTAL));
      for (const part of parts) bytes += (await part.body()).length;
      weights.set(name, { html: Buffer.byteLength(html), bytes });
      assert.ok(bytes < PAGE_BYTES_MAX, `${name}: ${bytes} bytes`);
      loaded = loaded.slice(at);
    };
    // Every page anew from the network, as a first visit would have it.
    await page.route("**/*", (route) => route.continue());
    const words = await file(page, { language, look });
    await comeBack(page, words, { language, look });
    for (const [name, path] of Object.entries(OTHERS)) {
      await page.goto(`${PORTAL}${path}?lang=${language}`);
      await look(name);
    }
    for (const [name, { html, bytes }] of weights) context.diagnostic(`weight ${language} ${name} ${html} ${bytes}`);
    context.diagnostic(`the heaviest page has ${Math.max(...[...weights.values()].map(({ bytes }) => bytes))} bytes without the wasm`);
    await close();
  });
}

/// Sixteen bytes from here and there: none of them may be in what leaves.
function piecesOf(buffer) {
  const places = [100, buffer.length >> 2, buffer.length >> 1, buffer.length - 40];
  return places.map((place) => buffer.subarray(place, place + 16));
}
