// People who work here, in a browser: in through an invitation, out, in again, with codes and with a passkey, by keyboard alone; every
// page in both languages, narrow and wide, light and dark.

import assert from "node:assert/strict";
import { test } from "node:test";

import { code, comeIn, enter, invite, join as joinDesk, PASSPHRASE, stepUp } from "../portal/colleague.js";
import { keyboard } from "../portal/hands.js";
import { judge } from "../portal/judge.js";
import { ownNode } from "../portal/own.js";
import { visitor } from "../portal/visitor.js";


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
    await comeIn(page, ann, "en", keyboard);
    await keyboard.press(page, 'a[href="/desk/people"]');
    await page.waitForURL("**/desk/people");
    await keyboard.press(page, 'a[href="/desk/people/invite"]');
    await page.waitForURL("**/desk/people/invite");
    await keyboard.write(page, "[name=name]", "Ben");
    await keyboard.choose(page, "[name=role][value=analyst]");
    await keyboard.press(page, "main form .btn:not(.second)");
    await page.getByRole("heading", { name: "A link, shown this once" }).waitFor();
    await page.goto(`${ann.base}/desk`);
    await keyboard.press(page, "form[action='/staff/sign-out'] button");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    // A code is good once, and a node takes that of the next half minute too.
    await keyboard.write(page, "[name=name]", ann.name);
    await keyboard.write(page, "[name=passphrase]", PASSPHRASE);
    await keyboard.press(page, "main form .btn");
    await page.locator("[name=code]").waitFor();
    await keyboard.write(page, "[name=code]", code(ann.codes, 1));
    await keyboard.press(page, "main form:not([data-passkey]) .btn");
    await page.getByRole("heading", { name: "Hello, Ann" }).waitFor();
  } finally {
    await close();
    await node.stop();
  }
});

async function walk(page, node, language, look) {
  const ann = await invite(node, "Ann", "lead");
  await page.goto(`${ann.link}?lang=${language}`);
  await look("invitation");
  for (const field of ["passphrase", "again"]) await page.locator(`[name=${field}]`).fill("password1234");
  await page.locator("form .btn").click();
  await look("invitation-weak");
  for (const field of ["passphrase", "again"]) await page.locator(`[name=${field}]`).fill(PASSPHRASE);
  await page.locator("form .btn").click();
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
  await page.locator("form .btn").click();
  await look("factor");
  await stepUp(page, ann);
  await page.locator("h1").waitFor();
}
