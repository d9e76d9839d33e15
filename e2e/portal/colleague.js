// Somebody who works at a hotline: invited at the command line, with a telephone that shows codes.

import { createHmac } from "node:crypto";

import { pointer } from "./hands.js";

export const PASSPHRASE = "heron velvet ninety lamp";
/// The button beside a code, which is not the passkey's.
const CODES = "main form:not([data-passkey]) .btn";
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Invites somebody. `link` is where they come in, under a name: passkeys know no addresses.
export async function invite(node, name, role, more = []) {
  const said = await node.say("staff", "invite", name, "--role", role, ...more, "--json");
  const base = node.url.replace("127.0.0.1", "localhost");
  return { name, base, link: base + new URL(JSON.parse(said.toString()).url).pathname };
}

/// The code that a telephone with this secret shows (RFC 6238); `steps` half minutes from now.
export function code(secret, steps = 0) {
  const bits = [...secret].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const digest = createHmac("sha1", key).update(counter).digest();
  const number = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/// Types the two words that the sheet's page asks for; gives all of them.
export async function join(page, language, hands = pointer) {
  const words = await page.locator("ol.sheet li").allTextContents();
  const asked = { fr: "Mot", en: "Word" }[language];
  for (const field of ["first", "second"]) {
    const label = await page.locator(`label:has([name=${field}]) span`).textContent();
    await hands.write(page, `[name=${field}]`, words[Number(label.replace(asked, "").trim()) - 1]);
  }
  await hands.press(page, "main form .btn");
  await page.locator(".desk h1").waitFor();
  return words;
}

/// In through an invitation: a passphrase, a telephone that shows codes, the sheet; ends on the desk. `hands` is how.
export async function comeIn(page, person, language, hands = pointer) {
  await page.goto(`${person.link}?lang=${language}`);
  for (const field of ["passphrase", "again"]) await hands.write(page, `[name=${field}]`, PASSPHRASE);
  await hands.press(page, "form .btn");
  person.codes = (await page.locator("#secret").textContent()).replaceAll(" ", "");
  await hands.write(page, "[name=code]", code(person.codes));
  await hands.press(page, CODES);
  await page.locator("ol.sheet").waitFor();
  return join(page, language, hands);
}

/// Gives name and passphrase.
export async function enter(page, person, language) {
  await page.goto(`${person.base}/staff/sign-in?lang=${language}`);
  await page.locator("[name=name]").fill(person.name);
  await page.locator("[name=passphrase]").fill(PASSPHRASE);
  await page.locator("form .btn").click();
}

/// Types the code of the next half minute, which a node takes as well: the present one was used already.
export async function stepUp(page, person) {
  await page.locator("[name=code]").fill(code(person.codes, 1));
  await page.locator(CODES).click();
}
