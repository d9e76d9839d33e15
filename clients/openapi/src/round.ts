// What a hotline and a platform do with a node, once around: contribute, follow, match, say what was done, withdraw. Ends with
// an error if anything is not as it should be.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { env } from "node:process";

import { answered, changesAfter, matches, node } from "./follow.js";

function needed(name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set: \`cargo xtask test --only typescript\` sets it`);
  return value;
}

const url = needed("REMPART_URL");
const hotline = node(url, needed("REMPART_HOTLINE_KEY"));
const platform = node(url, needed("REMPART_PLATFORM_KEY"));
const pdq = "0f".repeat(16) + "35".repeat(16);

const contributed = answered(
  await hotline.POST("/api/v1/entries", {
    body: { entries: [{ class: "adult", tier: "verified", fingerprints: [{ kind: "pdq", value: pdq }] }] },
  }),
);
const entry = contributed.entries[0];
assert(entry && entry.placed === "created");

const first = await changesAfter(platform, 0);
const put = first.changes.find((change) => "put" in change && change.put.id === entry.id);
assert(put && "put" in put, "the platform is told of it");
assert.equal(put.put.fingerprints[0]?.value, pdq);

const [matched] = await matches(platform, pdq);
assert.equal(matched?.entry, entry.id);
assert.equal(matched.advice, "block");

const outcome = { id: randomUUID(), entry: entry.id, kind: "blocked", count: 1, at: new Date().toISOString() } as const;
assert.deepEqual(answered(await platform.POST("/api/v1/outcomes", { body: { outcomes: [outcome] } })), {
  recorded: 1,
  repeated: 0,
});
assert.equal(answered(await platform.POST("/api/v1/outcomes", { body: { outcomes: [outcome] } })).repeated, 1);

const withdrawn = await hotline.DELETE("/api/v1/entries/{id}", { params: { path: { id: entry.id } } });
assert(withdrawn.response.ok, `the node answered ${withdrawn.response.status}`);
const rest = await changesAfter(platform, first.through);
assert(
  rest.changes.some((change) => "remove" in change && change.remove.entry === entry.id),
  "the platform is told to forget it",
);
assert.deepEqual(await matches(platform, pdq), []);

const refused = await node(url, "rp_0123456789abcdef_" + "0".repeat(64)).GET("/api/v1/changes", {
  params: { query: {} },
});
assert.equal(refused.response.status, 401, "a wrong key opens nothing");
console.log("once around: contribute, follow, match, outcome, withdraw, refused");
