// Somebody with a browser of their own: shows an age, lets the wallet fetch, goes to sites.

import { browser } from "../portal/visitor.js";

/// For one step, and for a wallet to fill, in milliseconds. Long: this runs beside other work on few cores.
const PATIENCE = 30_000;
const FILLING = 120_000;

export async function person(world, options = {}) {
  const context = await (await browser()).newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  return {
    context, page,
    close: () => context.close(),

    /// Shows an age with a code, and comes back with a voucher.
    async enrol(code) {
      await page.goto(`${world.wallet.origin}/`);
      await page.locator(`a.btn[href="${world.attester.origin}"]`).click();
      await page.locator('a[href^="/age/way/code"]').click();
      await page.locator('input[name="code"]').fill(code);
      await page.locator("main form button").click();
      await page.waitForURL(`${world.wallet.origin}/**`);
    },

    /// Comes to the wallet with a voucher, in this window or another.
    async enrolWith(voucher, on = page) {
      await on.goto("about:blank");
      await on.goto(`${world.wallet.origin}/#voucher=${voucher}`);
      await on.locator("html[data-shown=home]").waitFor();
    },

    /// Waits until the wallet has begun nothing or ended all that it began.
    idle: () => page.waitForFunction(async () => (await navigator.locks.query()).held.every(({ name }) => name !== "fill")),

    /// Waits until the wallet has all it wants, and opens without its host.
    async filled() {
      await this.says("rest");
      await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
      await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    },

    /// Waits until the wallet shows one of its states.
    shows: (state) => page.locator(`html[data-shown=${state}]`).waitFor(),

    /// Waits until the wallet says one of its words.
    says: (word) => page.locator(`#word[data-word=${word}]`).waitFor({ timeout: FILLING }),

    /// What the wallet keeps: what `kept` has by name, proofs, and every byte of it as one text.
    kept: () => page.evaluate(READ_ALL),

    /// Goes to a site and gets in: the gate, the wallet, one press. The site does not know them: no cookie is left. Gives the proof.
    async visit(site, path = "/inside") {
      await context.clearCookies();
      await page.goto(`${site.origin}${path}`);
      await page.locator(`a.btn[href^="${world.wallet.origin}"]`).click();
      await this.shows("asked");
      const proof = await page.locator("input[name=proof]").inputValue();
      await page.locator("#yes").click();
      await page.waitForURL(`${site.origin}${path}`);
      if ((await page.title()) !== "Inside") throw new Error(`${site.host} did not let them in: ${page.url()}`);
      return proof;
    },
  };
}

/// In the wallet: every proof, and all that is kept anywhere as one text of bytes.
const READ_ALL = async () => {
  const database = await new Promise((resolve) => (indexedDB.open("wallet").onsuccess = ({ target }) => resolve(target.result)));
  const whole = (store, how) => new Promise((resolve) => (database.transaction(store).objectStore(store)[how]().onsuccess = ({ target }) => resolve(target.result)));
  const digits = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const raw = (bytes) => String.fromCharCode(...bytes);
  const [named, kept, proofs] = [await whole("kept", "getAllKeys"), await whole("kept", "getAll"), await whole("proofs", "getAll")];
  const text = JSON.stringify([kept, proofs], (_, value) => (value instanceof Uint8Array ? raw(value) : value));
  const databases = (await indexedDB.databases()).map(({ name }) => name);
  database.close();
  return {
    kept: named, voucher: kept[named.indexOf("voucher")]?.text,
    proofs: proofs.map(({ token, key }) => ({ token: digits(token), isExtractable: key.extractable, usages: key.usages.join() })),
    all: text + proofs.map(({ token, publicKey }) => raw(token) + raw(publicKey)).join(""),
    names: { databases, local: localStorage.length, session: sessionStorage.length, cookies: document.cookie },
  };
};
