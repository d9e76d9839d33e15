// Somebody with a browser of their own: shows an age, lets the wallet fetch, goes to sites.

import { chromium } from "playwright-core";

/// For one step, and for a wallet to fill, in milliseconds. Long: this runs beside other work on few cores.
const PATIENCE = 30_000;
const FILLING = 120_000;

/// A browser that finds hosts below localhost and nothing else.
export const launch = () => chromium.launch({
  executablePath: process.env.REMPART_E2E_CHROMIUM,
  chromiumSandbox: process.getuid() !== 0,
  args: ["--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost"],
});

export async function person(browser, world, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", ...options });
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

    /// Waits until the wallet has all it wants, and opens without its host.
    async filled() {
      await page.locator('#word[data-word="rest"]').waitFor({ timeout: FILLING });
      await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
      await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    },

    /// Waits until the wallet shows one of its states.
    shows: (state) => page.locator(`html[data-shown=${state}]`).waitFor(),

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
