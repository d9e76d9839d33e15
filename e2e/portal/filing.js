// A case in the shortest way: one picture that is hashed on the device, a file that is sent sealed, links and a message.

import { pointer } from "./hands.js";
import { at } from "./walk.js";

const GO_ON = "form .row button.btn";

/// Files it on the portal at `url`; the page shows the case then.
export async function fileSealed(page, { url, language, file, links = "", hands = pointer }) {
  const path = new URL(url).pathname.replace(/\/$/, "");
  await page.goto(`${url}${path ? "" : "/"}?lang=${language}`);
  await hands.press(page, "button[value=mine]");
  await at(page, `${path}/s/1`);
  await hands.choose(page, 'input[value="13"]');
  await hands.press(page, GO_ON);
  await at(page, `${path}/s/2`);
  await hands.choose(page, `input[value=${links ? "links" : "offline"}]`);
  await hands.press(page, GO_ON);
  await at(page, `${path}/s/3`);
  await hands.pick(page, file);
  await page.locator("#files .tag.good").first().waitFor();
  await hands.press(page, "#files .row button.btn");
  await at(page, `${path}/s/4`);
  if (links) await hands.write(page, "textarea[name=links]", links);
  await hands.press(page, "main form .row button.btn:not([name])");
  await at(page, `${path}/s/5`);
  await hands.write(page, "textarea[name=message]", "robin_22 posts it.");
  await hands.press(page, "details.more > summary");
  await page.locator("#sealed").setInputFiles(file);
  await page.waitForFunction(() => document.querySelectorAll("[data-part=held] li").length === 1);
  await hands.press(page, "#message > .row button.btn");
  await at(page, `${path}/s/6`);
  await hands.press(page, GO_ON);
  await at(page, `${path}/s/7`);
  const words = (await page.locator("#words li").allTextContents()).map((word) => word.trim());
  await hands.write(page, "input[name=word2]", words[1]);
  await hands.write(page, "input[name=word5]", words[4]);
  await hands.press(page, "form.no-print button.btn:not([type=button])");
  await at(page, `${path}/c`);
}
