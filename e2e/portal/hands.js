// How a visitor touches a page: with a pointer, or with the keyboard alone.

import assert from "node:assert/strict";

const STOPS_MAX = 150;

/// Clicks and taps.
export const pointer = {
  press: (page, target) => page.locator(target).first().click(),
  choose: (page, target) => page.locator(target).first().check(),
  write: (page, target, text) => page.locator(target).first().fill(text),
  select: (page, target, value) => page.locator(target).first().selectOption(value),
  async pick(page, files) {
    await page.locator("#pick").setInputFiles(files);
  },
};

/// Tab, Enter, Space and the arrows. At every stop on the way the focus must be seen.
export const keyboard = {
  async press(page, target) {
    await reach(page, target);
    await page.keyboard.press("Enter");
  },
  async choose(page, target) {
    const group = await page.locator(target).first().evaluate((one) => `input[type=${one.type}][name="${one.name}"]`);
    if (!group.includes("radio")) {
      await reach(page, target);
      await page.keyboard.press("Space");
      return;
    }
    await reach(page, group);
    await page.keyboard.press("Space");
    for (let moves = 0; moves < 20 && !(await page.locator(target).isChecked()); moves++) {
      await page.keyboard.press("ArrowDown");
    }
  },
  async write(page, target, text) {
    await reach(page, target);
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.insertText(text);
  },
  async select(page, target, value) {
    await reach(page, target);
    const list = page.locator(target).first();
    await page.keyboard.press("Home");
    for (let moves = 0; moves < 50 && (await list.inputValue()) !== value; moves++) await page.keyboard.press("ArrowDown");
    assert.equal(await list.inputValue(), value);
  },
  async pick(page, files) {
    // Asked for before the long way there: the browser has to be told to hand its dialogs over, and a key pressed at the
    // same moment may come first.
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), reach(page, "#pick").then(() => page.keyboard.press("Space"))]);
    await chooser.setFiles(files);
  },
};

async function reach(page, target) {
  const passed = [];
  for (let stops = 0; stops < STOPS_MAX; stops++) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(focusSeen, target).catch((error) => {
      // The page that was left a moment ago is gone only now: the next one is gone through from its beginning.
      if (!/context was destroyed|navigat/i.test(error.message)) throw error;
      return null;
    });
    if (!seen) {
      await page.waitForLoadState("domcontentloaded");
      continue;
    }
    if (seen.trouble) assert.fail(`${page.url()}: ${seen.name}: ${seen.trouble}`);
    if (seen.isThere) return;
    passed.push(seen.name);
  }
  assert.fail(`${page.url()}: Tab never came to ${target}, only to ${[...new Set(passed)].join(", ")}`);
}

/// Runs in the page: what has the focus, whether it is the target, and what hides it from the eye.
function focusSeen(target) {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return { name: "nothing", isThere: false };
  const name = `${focused.localName}${focused.id ? `#${focused.id}` : ""} ${(focused.textContent || focused.name || "").trim().slice(0, 30)}`;
  const isThere = focused.matches(target);
  // A hidden field's focus is shown by its label or card.
  const shown = [focused, focused.closest("label"), ...(focused.labels ?? [])].filter(Boolean);
  const ring = shown.find((one) => {
    const style = getComputedStyle(one);
    return style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2;
  });
  if (!ring) return { name, isThere, trouble: "the focus has no ring" };
  const box = ring.getBoundingClientRect();
  const inside = { x: Math.max(0, box.x) + 2, y: Math.max(0, box.y) + 2 };
  if (box.bottom < 0 || box.top > innerHeight) return { name, isThere, trouble: "the focus is off the screen" };
  const points = [
    inside,
    { x: (box.left + box.right) / 2, y: Math.min(innerHeight, box.bottom) - 2 },
    { x: (box.left + box.right) / 2, y: (Math.max(0, box.top) + Math.min(innerHeight, box.bottom)) / 2 },
  ];
  const exit = document.getElementById("exit");
  const isCovered = (point) => {
    const over = document.elementFromPoint(point.x, point.y);
    return over && exit?.contains(over) && !exit.contains(ring);
  };
  if (points.every(isCovered)) return { name, isThere, trouble: "the way out covers the focus" };
  return { name, isThere };
}
