// The wallet's face. It reads what stands behind its address, takes it out of there, shows what would be sent, and sends it when
// the person says so: by a form, to the site that asked. Everything else is the worker's.

const WORKER = new URL("./wallet-worker.js", import.meta.url).href;
const SHELL = new URL("./shell.js", import.meta.url).href;
const policy = globalThis.trustedTypes?.createPolicy("wallet", { createScriptURL: (address) => (address === SHELL ? SHELL : WORKER) });
const address = (script) => policy?.createScriptURL(script) ?? script;

const { issuer, issuerUrl, logKey, paceSeconds } = document.getElementById("wallet").dataset;
const one = (id) => document.getElementById(id);
const words = one("words");

/// The section of a question that is over.
const CLOSED = "closed";
/// What stays to be read although the worker says this next: that the age is confirmed, while the first batch waits; that all is deleted.
const STAYS = { enrolled: "waiting", forgotten: "nobody" };

let behind = takeFragment();
let worker;
let calls = 0;
const waiting = new Map();

begin();

// A page that was left with a question is not answered a second time.
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
addEventListener("hashchange", () => location.hash && location.reload());
addEventListener("online", () => one("home").checkVisibility() && call("fill"));

async function begin() {
  for (const link of document.querySelectorAll("nav a[hreflang]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      location.assign(behind ? `${link.href}#${behind}` : link.href);
    });
  }
  try {
    keepShell().catch(() => {});
    worker = new Worker(address(WORKER), { type: "module" });
    worker.addEventListener("message", ({ data }) => hear(data));
    worker.addEventListener("error", () => broken());
    await call("open", { settings: { issuer, issuerUrl, logKey, paceSeconds: Number(paceSeconds) } });
    await show();
  } catch {
    broken();
  }
}

async function show() {
  const said = new URLSearchParams(behind);
  if (said.has("voucher")) {
    const isGood = await call("enrol", { text: said.get("voucher") });
    behind = "";
    // So that the browser does not forget it when it is short of room.
    navigator.storage?.persist?.().catch(() => {});
    return home(isGood ? "enrolled" : "refused");
  }
  if (!behind) return isClosed() ? open(CLOSED) : home();
  const [origin, age, nonce, of, back] = ["origin", "age", "nonce", "issuer", "back"].map((name) => said.get(name) ?? "");
  const answer = await call("ask", { question: { origin, age, nonce, issuer: of, back } });
  if (answer.is === "asked" || answer.is === "empty") leadElsewhere(answer.origin, back);
  for (const place of document.querySelectorAll("[data-fill]")) {
    const value = { to: `${answer.origin}/age/verify`, ...answer, ...answer.parts }[place.dataset.fill];
    if (value !== undefined) place.textContent = value;
  }
  for (const place of document.querySelectorAll("[data-text]")) place.textContent = filled(place.dataset.text, answer);
  if (answer.is === "asked") {
    one("another").hidden = !answer.isForAnother;
    one("fresh").hidden = !answer.isFresh;
    prepareForm(answer);
  }
  open(answer.is, answer);
}

/// Whether somebody came back to a question, or loaded its page again. Who follows a link to the wallet, or writes its address, wants the
/// wallet: browsers keep what the history says then too, for it is the same address.
function isClosed() {
  const [{ type }] = performance.getEntriesByType("navigation");
  return history.state === CLOSED && type !== "navigate";
}

/// The wallet on its own: what there is, and more of it.
async function home(word) {
  open("home");
  await count();
  if (word) say(word);
  if (word !== "refused") call("fill").catch(broken);
}

function prepareForm({ origin, back, proof, id }) {
  const form = one("answer");
  form.action = `${origin}/age/verify`;
  form.elements.namedItem("proof").value = proof;
  form.elements.namedItem("back").value = back;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!id) return;
    const spent = id;
    id = undefined;
    // Where another window was quicker, the page is loaded again and draws another one.
    if (await call("spend", { proof: spent })) form.submit();
    else location.hash = behind;
  });
}

/// The site itself shows the square: only it can wait for another device's answer.
function leadElsewhere(origin, back) {
  const to = `${origin}/age/handoff?${new URLSearchParams({ back })}`;
  for (const link of document.querySelectorAll("a.handoff")) {
    link.href = to;
    link.rel = "noreferrer";
  }
}

async function count() {
  const { voucher, stock } = await call("stock");
  const list = one("stock");
  list.replaceChildren(...stock.map((line) => {
    const item = document.createElement("li");
    item.textContent = filled(list.dataset.line, line);
    return item;
  }));
  one("stock-none").hidden = stock.length > 0;
  list.hidden = stock.length === 0;
  one("voucher").hidden = !voucher;
  one("voucher-text").textContent = voucher ?? "";
}

one("phone").addEventListener("toggle", async () => {
  const place = one("square");
  if (place.firstChild) return;
  place.append(drawn(await call("square", { text: `${location.origin}/` })));
});

one("no").addEventListener("click", () => {
  behind = "";
  open(CLOSED);
});

one("forget").addEventListener("click", async () => {
  await call("forget");
  await count();
  say("forgotten");
});

/// Dark places as one path, with the quiet edge that cameras need.
function drawn(dark) {
  const side = Math.sqrt(dark.length);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS(svg.namespaceURI, "path");
  svg.setAttribute("viewBox", `-4 -4 ${side + 8} ${side + 8}`);
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", [...dark].map((bit, at) => (bit ? `M${at % side} ${Math.floor(at / side)}h1v1h-1z` : "")).join(""));
  svg.append(path);
  return svg;
}

/// Shows one of the sections and moves there.
function open(name, values = {}) {
  for (const section of document.querySelectorAll("#wallet > section")) section.hidden = section.id !== name;
  const title = one("title");
  title.textContent = filled(one(name).dataset.title, values);
  if (name !== "home") title.focus();
  document.documentElement.dataset.shown = name;
}

function say(word) {
  const text = words.querySelector(`[data-word="${CSS.escape(word)}"]`);
  one("word").textContent = text?.textContent ?? "";
  one("word").dataset.word = word;
}

function hear({ id, value, failed, word }) {
  if (word) {
    if (STAYS[one("word").dataset.word] !== word) say(word);
    count().catch(broken);
    return;
  }
  const { resolve, reject } = waiting.get(id);
  waiting.delete(id);
  if (failed) reject(new Error("the worker failed"));
  else resolve(value);
}

function call(name, data) {
  calls += 1;
  const id = calls;
  worker.postMessage({ id, call: name, ...data });
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

function broken() {
  open("home");
  say("broken");
}

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/// What stands behind `#`, which is gone from the address and from the history before anything else happens. The history keeps that there
/// was a question: who comes back to it, or loads the page again, does not open the wallet, which would begin to fetch.
function takeFragment() {
  const fragment = location.hash.slice(1);
  const state = new URLSearchParams(fragment).has("voucher") ? null : CLOSED;
  if (fragment) history.replaceState(state, "", location.pathname + location.search);
  return fragment;
}

/// Once this page was loaded, it opens without its host. Whether the shell has changed is looked up in what the browser kept, for a day.
async function keepShell() {
  const { serviceWorker } = navigator;
  if (!serviceWorker || (await serviceWorker.getRegistration())) return;
  await serviceWorker.register(address(SHELL), { updateViaCache: "all" });
}
