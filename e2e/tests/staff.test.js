// People who work here, in a browser: in through an invitation, out, in again, with codes and with a passkey, by keyboard alone; every
// page in both languages, narrow and wide, light and dark.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { code, enter, invite, join as joinDesk, PASSPHRASE, stepUp } from "../portal/colleague.js";
import { barriers, validator } from "../portal/judge.js";
import { ownNode } from "../portal/own.js";
import { SCREENSHOTS, visitor } from "../portal/visitor.js";

const WIDTHS = [320, 1280];

for (const language of ["fr", "en"]) {
  test(`every page of the desk in ${language} fits, is valid, and axe finds nothing`, async () => {
    const node = await ownNode([]);
    // Trusted types and the policy would keep axe out; that scripts obey them is seen in the test with a passkey.
    const { page, close } = await visitor({ bypassCSP: true });
    const wrong = [];
    const look = (name) => judge(page, `staff-${name}-${language}`, wrong);
    try {
      await walk(page, node, language, look);
    } finally {
      await close();
      await node.stop();
    }
    assert.deepEqual(wrong, []);
  });
}

test("a passkey is added and signs in, under the policy that forbids strange scripts", async () => {
  const node = await ownNode([]);
  const { context, page, close } = await visitor({ viewport: { width: 1280, height: 900 } });
  try {
    const devtools = await context.newCDPSession(page);
    await devtools.send("WebAuthn.enable");
    await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: { protocol: "ctap2", transport: "internal", hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    });
    const refused = [];
    page.on("console", (message) => message.type() === "error" && refused.push(message.text()));
    const ann = await invite(node, "Ann", "lead");
    await page.goto(`${ann.link}?lang=en`);
    await page.getByLabel("Choose a passphrase").fill(PASSPHRASE);
    await page.getByLabel("The same again").fill(PASSPHRASE);
    await page.getByRole("button", { name: "Go on" }).click();
    // A passkey alone is a second factor too: no telephone is needed.
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await page.getByRole("heading", { name: "Your recovery sheet" }).waitFor();
    await joinDesk(page, "en");
    await page.getByRole("button", { name: "Sign out" }).click();
    await enter(page, ann, "en");
    await page.getByRole("button", { name: "Use a passkey" }).click();
    await page.getByRole("heading", { name: "Hello, Ann" }).waitFor();
    await page.goto(`${ann.base}/staff/step-up`);
    await page.getByRole("button", { name: "Use a passkey" }).click();
    await page.getByRole("heading", { name: "Hello, Ann" }).waitFor();
    assert.deepEqual(refused, []);
  } finally {
    await close();
    await node.stop();
  }
});

test("signing in, inviting and signing out need no pointer", async () => {
  const node = await ownNode([]);
  const { page, close } = await visitor({ viewport: { width: 1280, height: 900 } });
  try {
    const ann = await invite(node, "Ann", "lead");
    await page.goto(`${ann.link}?lang=en`);
    await reach(page, "Choose a passphrase");
    await page.keyboard.type(PASSPHRASE);
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSPHRASE);
    await page.keyboard.press("Enter");
    ann.codes = (await page.locator("#secret").textContent()).replaceAll(" ", "");
    await reach(page, "Code of six digits");
    await page.keyboard.type(code(ann.codes));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Your recovery sheet" }).waitFor();
    await joinDesk(page, "en");
    await reach(page, "People");
    await page.keyboard.press("Enter");
    await reach(page, "Invite somebody");
    await page.keyboard.press("Enter");
    await reach(page, "Name");
    await page.keyboard.type("Ben");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "A link, shown this once" }).waitFor();
    await page.goto(`${ann.base}/desk`);
    await reach(page, "Sign out");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  } finally {
    await close();
    await node.stop();
  }
});

/// Goes on with the tabulator until what has this name has the focus; where it is must be seen.
async function reach(page, name) {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    const [named, isSeen] = await page.evaluate(() => {
      const here = document.activeElement;
      const words = here.labels?.length ? here.labels[0].textContent : here.textContent;
      return [words.trim(), getComputedStyle(here).outlineStyle !== "none"];
    });
    if (named.startsWith(name)) {
      assert.ok(isSeen, `the focus on ${name} is not seen`);
      return;
    }
  }
  assert.fail(`${name} is not reached by keyboard`);
}

async function walk(page, node, language, look) {
  const ann = await invite(node, "Ann", "lead");
  await page.goto(`${ann.link}?lang=${language}`);
  await look("invitation");
  for (const field of ["passphrase", "again"]) await page.locator(`[name=${field}]`).fill("password1234");
  await page.locator(".btn").click();
  await look("invitation-weak");
  for (const field of ["passphrase", "again"]) await page.locator(`[name=${field}]`).fill(PASSPHRASE);
  await page.locator(".btn").click();
  await look("codes");
  ann.codes = (await page.locator("#secret").textContent()).replaceAll(" ", "");
  await page.locator("[name=code]").fill("000000");
  await page.locator("form:not([data-passkey]) .btn").click();
  await look("codes-wrong");
  await page.locator("[name=code]").fill(code(ann.codes));
  await page.locator("form:not([data-passkey]) .btn").click();
  await look("sheet");
  const words = await joinDesk(page, language);
  await look("home");
  for (const [name, path] of Object.entries({
    account: "/staff/account", people: "/desk/people", invite: "/desk/people/invite", log: "/desk/log", handing: "/desk/hand-on", ways: "/desk/recoveries",
    passphrase: "/staff/account/passphrase", stepup: "/staff/step-up",
  })) {
    await page.goto(`${ann.base}${path}`);
    await look(name);
  }
  await page.goto(`${ann.base}/desk/people/invite`);
  await page.locator("[name=name]").fill("Ben");
  await page.locator("[name=role][value=analyst]").check();
  await page.locator("main form .btn:not(.second)").click();
  await look("link");
  await page.goto(`${ann.base}/desk/people`);
  await page.getByRole("link", { name: "Ben" }).click();
  await look("person");
  await page.locator("a[href$='/end']").click();
  await look("end");
  await page.goto(`${ann.base}/desk/nothing-here`);
  await page.goto(`${ann.base}/desk/people/00000000-0000-7000-8000-000000000000`);
  await look("gone");
  await page.goto(`${ann.base}/desk`);
  await page.locator(".plain").click();
  await look("sign-in");
  await enter(page, { ...ann, name: "Nobody" }, language);
  await look("sign-in-wrong");
  await page.goto(`${ann.base}/staff/recover?lang=${language}`);
  await look("recover");
  await page.locator("form[action^='/staff/recover/leads'] [name=name]").fill("Ann");
  await page.locator("form[action^='/staff/recover/leads'] .btn").click();
  await look("recovery");
  await page.goto(`${ann.base}/staff/recover?lang=${language}`);
  await page.locator("form[action^='/staff/recover/sheet'] [name=name]").fill("Ann");
  await page.locator("[name=words]").fill(words.join(" "));
  await page.locator("form[action^='/staff/recover/sheet'] .btn").click();
  await look("passphrase-anew");
  for (const field of ["passphrase", "again"]) await page.locator(`[name=${field}]`).fill(`${PASSPHRASE} new`);
  await page.locator(".btn").click();
  await look("factor");
  await stepUp(page, ann);
  await page.locator("h1").waitFor();
}

/// A page at both widths, light and dark: pictures, barriers, what does not fit, what is not valid.
async function judge(page, name, wrong) {
  await mkdir(SCREENSHOTS, { recursive: true });
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
    if (wide > 0) wrong.push(`${name} at ${width}: ${wide} px wider than the screen`);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      wrong.push(...(await barriers(page)).map((barrier) => `${name}, ${width}, ${colorScheme}: ${barrier}`));
      const path = join(SCREENSHOTS, `${name}-${width}${colorScheme === "dark" ? "-dark" : ""}.png`);
      if (colorScheme === "light" || width === 1280) await page.screenshot({ path, fullPage: true });
    }
  }
  const html = await page.content();
  const report = await validator.validateString(html);
  for (const { messages } of report.results) {
    wrong.push(...messages.map(({ ruleId, message, line }) => `${name}: ${ruleId}: ${message}: ${html.split("\n")[line - 1].slice(0, 160)}`));
  }
}
