// What the page computes is what the node computes.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { jpeg, png } from "../portal/pictures.js";
import { BINARY, visitor } from "../portal/visitor.js";
import { begin, hashed } from "../portal/walk.js";

/// Browsers decode JPEG with other rounding than the node.
const JPEG_BITS_MAX = 10;

test("the page's hash of a PNG is the node's, and of a JPEG within ten bits of it", async (context) => {
  const { page, close } = await visitor();
  await page.goto("about:blank");
  const sizes = [[320, 240], [64, 64], [511, 700], [1600, 1200], [1201, 333]];
  const files = [];
  for (const [seed, [width, height]] of sizes.entries()) {
    files.push({ name: `${seed}.png`, mimeType: "image/png", buffer: png({ seed: 40 + seed, width, height }) });
    files.push({ name: `${seed}.jpg`, mimeType: "image/jpeg", buffer: await jpeg(page, { seed: 40 + seed, width, height }) });
  }
  await begin(page);
  await page.locator("#pick").setInputFiles(files);
  await hashed(page, files.length);
  const wholes = await page.locator("ul.files > li [data-part=whole]").allTextContents();
  await close();

  const folder = mkdtempSync(join(tmpdir(), "rempart-parity-"));
  let furthest = 0;
  try {
    for (const [place, { name, buffer }] of files.entries()) {
      writeFileSync(join(folder, name), buffer);
      const line = execFileSync(BINARY, ["hash", "--json", join(folder, name)], { encoding: "utf8" });
      const codes = JSON.parse(line).fingerprints;
      for (const { kind, value } of codes) {
        const [, here] = wholes[place].match(new RegExp(`^${kind} ([0-9a-f]+)`, "m")) ?? [];
        assert.ok(here, `${name}: the page says no ${kind}: ${wholes[place]}`);
        const bits = kind === "pdq" && name.endsWith(".jpg") ? JPEG_BITS_MAX : 0;
        furthest = Math.max(furthest, distance(here, value));
        assert.ok(distance(here, value) <= bits, `${name}: ${kind} is ${distance(here, value)} bits away`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  context.diagnostic(`${files.length} pictures, at most ${furthest} bits apart`);
});

function distance(one, other) {
  let bits = BigInt(`0x${one}`) ^ BigInt(`0x${other}`);
  let count = 0;
  for (; bits > 0n; bits &= bits - 1n) count += 1;
  return count;
}
