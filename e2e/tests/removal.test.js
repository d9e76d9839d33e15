// Notices, in a browser: one drafts, another approves, a form is filled in by hand, the platform answers; every page in both languages,
// narrow and wide, light and dark. The whole day by keyboard is in day.test.js.

import assert from "node:assert/strict";
import { test } from "node:test";

import { comeIn, invite } from "../portal/colleague.js";
import { pointer } from "../portal/hands.js";
import { judge } from "../portal/judge.js";
import { ownNode } from "../portal/own.js";
import { visitor } from "../portal/visitor.js";


for (const language of ["fr", "en"]) {
  test(`every page of notices in ${language} fits, is valid, and axe finds nothing`, async () => {
    const node = await ownNode([]);
    const wrong = [];
    const open = [];
    const enter = async (name, role) => {
      const one = await visitor({ bypassCSP: true, viewport: { width: 1280, height: 900 } });
      open.push(one.close);
      await comeIn(one.page, await invite(node, name, role), language);
      return one.page;
    };
    try {
      const [ann, ben, admin] = [await enter("Ann", "analyst"), await enter("Ben", "lead"), await enter("Ada", "administrator")];
      const look = (page, name) => judge(page, `removal-${name}-${language}`, wrong);
      await ann.goto(`${at(ann)}/desk/notices`);
      await look(ann, "empty");
      const path = await draft(ann, (name) => look(ann, name));
      await look(ann, "own-draft");
      await ben.goto(`${at(ben)}/desk/notices/in/approve`);
      await look(ben, "list");
      await ben.goto(`${at(ben)}${path}`);
      await look(ben, "to-approve");
      await pointer.press(ben, act("approve"));
      await ben.locator(act("sent")).waitFor();
      await look(ben, "form");
      await pointer.press(ben, act("sent"));
      await ben.locator("[name=found]").first().waitFor();
      await look(ben, "sent");
      await pointer.choose(ben, "[name=act][value=kept]");
      await pointer.press(ben, "form:has([name=act][value=kept]) button");
      await ben.locator(".tag.danger").first().waitFor();
      await look(ben, "refused");
      await ben.goto(`${at(ben)}${path}/to/coordinator`);
      await look(ben, "coordinator");
      await ben.goto(`${at(ben)}/desk/crises`);
      await ben.locator("[name=name]").fill("Example");
      for (const criterion of ["grave", "spreading"]) await pointer.choose(ben, `[value=${criterion}]`);
      await pointer.press(ben, "form:has([name=criterion]) button");
      await look(ben, "crisis");
      for (const [name, to] of [["home", "/desk/notices"], ["scorecard", "/desk/scorecard"], ["report", `/desk/report/${new Date().getUTCFullYear()}`]]) {
        await ben.goto(`${at(ben)}${to}`);
        await look(ben, name);
      }
      for (const [name, to] of [["platforms", "/desk/platforms"], ["platform", "/desk/platforms/tiktok"]]) {
        await admin.goto(`${at(admin)}${to}`);
        await look(admin, name);
      }
    } finally {
      for (const close of open) await close();
      await node.stop();
    }
    assert.deepEqual(wrong, []);
  });
}

const at = (page) => new URL(page.url()).origin;
const act = (name) => `form:has([name=act][value=${name}]) button`;

/// Drafts a notice to a platform that has a form alone; gives its path.
async function draft(page, look) {
  await page.goto(`${at(page)}/desk/notices/new`);
  await look("new");
  await page.goto(`${at(page)}/desk/notices/new?platform=x&class=minor&regime=dsa_16`);
  await pointer.write(page, "[name=urls]", "https://x.com/a/status/1");
  await pointer.write(page, "[name=reason]", "An intimate picture of a minor.");
  await pointer.choose(page, "[name=good_faith]");
  await look("draft");
  await pointer.press(page, "form.form .btn");
  await page.waitForURL("**/desk/notices/of/**");
  return new URL(page.url()).pathname;
}
