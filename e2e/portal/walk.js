// One whole visit, page by page. `look(name)` is called on every page and state, so that each test looks at what it is for.

import assert from "node:assert/strict";

import { PORTAL } from "./visitor.js";
import { pointer } from "./hands.js";
import { png } from "./pictures.js";

export const LINKS = "https://www.instagram.com/p/Cabc123/?igsh=xyz see also https://example.org/page?utm_source=mail";
export const MESSAGE = "Someone called robin_22 posts it.\nI am afraid of Monday.";

/// Two pictures as a phone names them.
export function pictures() {
  return [
    { name: "IMG_20261103_secretname.png", mimeType: "image/png", buffer: png({ seed: 11 }) },
    { name: "IMG_20261104_secretname.png", mimeType: "image/png", buffer: png({ seed: 12 }) },
  ];
}

/// From the landing page to the open case; answers the six words.
export async function file(page, options = {}) {
  const { language = "en", scripts = true, hands = pointer, look = nothing, situation = "mine", age = "13" } = options;
  const { files = pictures(), links = LINKS, message = MESSAGE, alert, portal = PORTAL } = options;
  await page.goto(`${portal}/?lang=${language}`);
  await look("landing");
  await hands.press(page, `button[value=${situation}]`);
  await at(page, "/s/1");
  await look("age");
  await hands.press(page, GO_ON);
  await page.locator("#missing").waitFor();
  await look("age-missing");
  await hands.choose(page, `input[value="${age}"]`);
  await hands.press(page, GO_ON);
  await at(page, "/s/2");
  await look("where");
  await hands.choose(page, "input[value=threat]");
  await hands.press(page, GO_ON);
  await at(page, "/s/2/1");
  await look("threatened");
  await hands.press(page, 'main a.btn[href="/s/3"]');
  await at(page, "/s/3");
  await look("pictures");
  if (scripts) {
    await hands.pick(page, files);
    await hashed(page, files.length);
    await look("pictures-hashed");
  }
  await hands.press(page, FORM_GO_ON);
  await at(page, "/s/4");
  await look("links");
  await hands.write(page, "textarea[name=links]", `http://192.168.1.1/a ${links}`);
  await hands.press(page, FORM_GO_ON);
  await page.locator("[role=alert] li").first().waitFor();
  await look("links-refused");
  await hands.press(page, FORM_GO_ON);
  await at(page, "/s/5");
  await look("message");
  await hands.write(page, "textarea[name=message]", message);
  await hands.press(page, GO_ON);
  await at(page, "/s/6");
  await look("consent");
  await hands.choose(page, "input[name=count]");
  await hands.press(page, GO_ON);
  await at(page, "/s/7");
  await look("words");
  const words = (await page.locator("#words li").allTextContents()).map((word) => word.trim());
  assert.equal(words.length, 6);
  await typeBack(page, hands, ["wrong", "words"]);
  await page.locator("#wrong").waitFor();
  await look("words-wrong");
  // A node without a mail server offers none.
  if (portal === PORTAL) {
    await hands.press(page, ALERT);
    await look("words-alert");
    await hands.write(page, "input[name=alert]", "robin");
    await typeBack(page, hands, [words[1], words[4]]);
    await page.locator("#alert-wrong").waitFor();
    await look("words-alert-wrong");
  }
  await typeBack(page, hands, [words[1], words[4]], portal === PORTAL ? (alert ?? "") : alert);
  await at(page, "/c");
  await look("case");
  return words;
}

/// From the landing page to the page of a draft, answering what comes before.
export async function begin(page, upTo = "/s/3") {
  await page.goto(`${PORTAL}/?lang=en`);
  await pointer.press(page, "button[value=mine]");
  await at(page, "/s/1");
  await pointer.choose(page, 'input[value="18"]');
  await pointer.press(page, GO_ON);
  await at(page, "/s/2");
  await pointer.choose(page, "input[value=links]");
  await pointer.press(page, GO_ON);
  await at(page, "/s/3");
  if (upTo === "/s/3") return;
  await pointer.press(page, FORM_GO_ON);
  await at(page, "/s/4");
}

/// Closes the case, opens it with its words, writes, withdraws one, deletes everything, tries the words again.
export async function comeBack(page, words, options = {}) {
  const { language = "en", hands = pointer, look = nothing } = options;
  await hands.press(page, 'form[action="/c/7"] button');
  await at(page, "/");
  await page.goto(`${PORTAL}/o?lang=${language}`);
  await look("open");
  await open(page, [...words].reverse(), hands);
  await page.locator("#wrong").waitFor();
  await look("open-wrong");
  await open(page, words, hands);
  await at(page, "/c");
  await hands.write(page, "textarea[name=message]", "One more thing.");
  await hands.press(page, 'form[action="/c/1"] button');
  await page.getByText("One more thing.").waitFor();
  await look("case-written");
  await hands.press(page, "section[aria-labelledby=alert] summary");
  await look("case-alert");
  await hands.write(page, "input[name=alert]", "zoé@example.org");
  await hands.press(page, 'form[action="/c/9"] button.btn');
  await page.locator("#alert-wrong").waitFor();
  await look("case-alert-wrong");
  await hands.write(page, "input[name=alert]", "zoe@example.org");
  await hands.press(page, 'form[action="/c/9"] button.btn');
  await page.locator("button[name=stop]").waitFor();
  await look("case-alert-set");
  await hands.press(page, "button[name=stop]");
  await page.locator("button[name=stop]").waitFor({ state: "detached" });
  await hands.press(page, 'form[action="/c/4"] button');
  await page.locator("input[name=sure]").waitFor({ state: "attached" });
  await look("withdraw");
  await hands.press(page, "button.grave");
  await at(page, "/c");
  await look("case-withdrawn");
  await hands.press(page, 'form[action="/c/6"] button');
  await page.locator("input[name=sure]").waitFor({ state: "attached" });
  await look("delete");
  await hands.press(page, "button.grave");
  await page.locator("main h1").waitFor();
  await page.waitForFunction(() => !document.querySelector("input[name=sure]"));
  await look("deleted");
  await page.goto(`${PORTAL}/o?lang=${language}`);
  await open(page, words, hands);
  await page.locator("#wrong").waitFor();
  await look("open-deleted");
}

/// Pages that are not on the way.
export const OTHERS = {
  privacy: "/p/1",
  traces: "/p/2",
  accessibility: "/p/3",
  threats: "/p/4",
  reading: "/p/5",
  resource: "/p/5/1",
  appeal: "/p/6",
  figures: "/p/7",
  proof: "/o/1",
  "draft-over": "/s/4",
  "case-closed": "/c",
};

export async function open(page, words, hands = pointer) {
  await hands.write(page, "input[name=words]", words.join(" "));
  await hands.press(page, 'form[action="/o"] button.btn');
}

/// Waits until so many rows say what became of them.
export async function hashed(page, count) {
  await page.waitForFunction((count) => {
    const states = [...document.querySelectorAll("ul.files > li")].map((row) => row.dataset.state);
    return states.length === count && states.every((state) => state !== "waiting" && state !== "working");
  }, count);
}

export async function at(page, path) {
  await page.waitForURL((url) => url.pathname === path);
  await page.locator("main h1").first().waitFor();
}

/// What opens the question about the neutral mail on the page of the words.
const ALERT = "form.no-print details summary";
export const GO_ON = "main form .row button.btn";
export const FORM_GO_ON = "main form .row button.btn:not([name])";

async function typeBack(page, hands, two, alert) {
  await hands.write(page, "input[name=word2]", two[0]);
  await hands.write(page, "input[name=word5]", two[1]);
  if (alert !== undefined) await hands.write(page, "input[name=alert]", alert);
  await hands.press(page, "form.no-print button.btn:not([type=button])");
}

async function nothing() {}
