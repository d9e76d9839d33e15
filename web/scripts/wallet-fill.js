// Fetches proofs ahead: always batches of the same size, each after a wait that is drawn anew. Runs in the wallet's worker, and only
// when no site is waiting for an answer.

import { Batch, Keys } from "./age.js";
import * as store from "./wallet-store.js";

export const WEEK_SECONDS = 604_800;
/// Weeks begin on Mondays; the first of 1970.
const FIRST_SECONDS = 345_600;
/// How long after its week a proof is still accepted.
export const GRACE_SECONDS = 86_400;
const BATCH_TOKENS = 16;
export const TOKEN_BYTES = 354;
const SEED_BYTES = 32;
/// This week there is a batch more as soon as so many are left.
const ENOUGH = 16;
/// Keys that were read are good for so long, in milliseconds; the issuer's own headers say the same.
const KEYS_MS = 300_000;

export const now = () => Date.now() / 1000;
export const weekOf = (seconds) => Math.floor((seconds - FIRST_SECONDS) / WEEK_SECONDS);
export const beginOf = (epoch) => FIRST_SECONDS + epoch * WEEK_SECONDS;

export class Failed extends Error {}

let keys;

/// Fetches until there is enough. `settings` are those of the page; `say` is told a word at each step.
export async function fill(settings, say) {
  await navigator.locks.request("fill", { ifAvailable: true }, async (lock) => {
    // Another window does it.
    if (!lock) return say("waiting");
    // For which ages and weeks the issuer has no key. In memory alone: it may have one when the wallet is opened again.
    const keyless = new Set();
    try {
      while (await step(settings, keyless, say));
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      say(error.message);
    }
  });
}

/// One batch; whether there is more to do.
async function step(settings, keyless, say) {
  const voucher = await store.read("voucher");
  if (!voucher) return say("nobody");
  if (voucher.ends <= now()) return say("over");
  const pending = await store.read("pending");
  const next = pending ?? (await lacking(voucher, keyless));
  if (typeof next === "string") return say(next);
  say("waiting");
  await wait(settings.paceSeconds);
  // It may have been deleted meanwhile.
  if ((await store.read("voucher"))?.text !== voucher.text) return true;
  say("fetching");
  const batch = pending ?? (await begin(settings, voucher, keyless, next));
  if (batch) await send(settings, batch);
  return true;
}

/// An age and week of which there is too little, this week's first; otherwise the word for it.
async function lacking(voucher, keyless) {
  const week = weekOf(now());
  const full = (await store.read("full")) ?? [];
  const isFull = ({ age, epoch }) => full.some((one) => one.age === age && one.epoch === epoch);
  const held = await store.proofs();
  const few = voucher.ages.flatMap((age) => [{ age, epoch: week, most: ENOUGH }, { age, epoch: week + 1, most: 0 }])
    .filter(({ age, epoch, most }) => held.filter((one) => one.age === age && one.epoch === epoch).length <= most)
    .filter((one) => !keyless.has(named(one)));
  const open = few.filter((one) => !isFull(one));
  const first = open.filter(({ epoch }) => epoch === week);
  const from = first.length > 0 ? first : open;
  if (from.length > 0) return from[below(from.length)];
  return few.some(({ epoch }) => epoch === week) ? "full" : "rest";
}

const named = ({ age, epoch }) => `${age} in ${epoch}`;

/// Makes the one-time keys and blinds the batch; it is on the disk before anything leaves. Nothing where there is no key for it, or no
/// voucher any more.
async function begin(settings, voucher, keyless, { age, epoch }) {
  const believed = await believedKeys(settings, voucher);
  if (!believed.has(age, epoch)) {
    keyless.add(named({ age, epoch }));
    return undefined;
  }
  const pairs = await Promise.all(Array.from({ length: BATCH_TOKENS }, () =>
    crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"])));
  const publics = await Promise.all(pairs.map(async ({ publicKey }) => new Uint8Array(await crypto.subtle.exportKey("raw", publicKey))));
  const seed = crypto.getRandomValues(new Uint8Array(SEED_BYTES));
  const batch = new Batch(believed, age, epoch, joined(publics), seed);
  seed.fill(0);
  const pending = {
    age, epoch, publics, keys: pairs.map(({ privateKey }) => privateKey), blinding: batch.keep(), request: batch.request(voucher.text),
  };
  batch.free();
  return (await store.depart(voucher, pending)) ? pending : undefined;
}

async function send(settings, { age, epoch, keys: held, publics, blinding, request }) {
  const response = await ask(`${settings.issuerUrl}/age/batch`, { method: "POST", body: request, cache: "no-store" });
  if (response.status === 429) return store.setAside(age, epoch, weekOf(now()));
  if (response.status === 422) {
    // The key signs no more: its week is over, or it was taken back. There is another next time.
    keys = undefined;
    await store.abandon();
    throw new Failed("offline");
  }
  if (response.status === 403) {
    if (await store.refuse()) throw new Failed("refused");
    return undefined;
  }
  if (!response.ok) throw new Failed("offline");
  const signed = new Uint8Array(await response.arrayBuffer().catch(brokenOff));
  const batch = Batch.resume(blinding);
  let tokens;
  try {
    tokens = batch.finish(signed);
  } catch {
    await store.abandon();
    throw new Failed("unlogged");
  } finally {
    batch.free();
  }
  const at = now();
  return store.arrive(held.map((key, place) => ({
    age, epoch, at, key, publicKey: publics[place], token: tokens.slice(place * TOKEN_BYTES, (place + 1) * TOKEN_BYTES),
  })));
}

/// The issuer's keys, each with its proof, in a log that begins as it did.
async function believedKeys(settings, voucher) {
  if (keys && keys.until > Date.now()) return keys.keys;
  const response = await ask(`${settings.issuerUrl}/age/keys`);
  if (!response.ok) throw new Failed("offline");
  const said = await response.json().catch(brokenOff);
  let read;
  try {
    read = new Keys(said.checkpoint, settings.issuer, settings.logKey);
    for (const { index, entry, proof } of said.keys.sort((one, other) => one.index - other.index)) {
      read.add(index, bytesOf(entry), joined(proof.map(bytesOf)));
    }
    await grew(settings, read);
  } catch (error) {
    if (error instanceof Failed || error instanceof WebAssembly.RuntimeError) throw error;
    throw new Failed(error === "older" ? "offline" : "unlogged");
  }
  await store.remember(voucher, { size: read.size(), root: read.root() });
  await dropRevoked(read, said.keys);
  keys = { keys: read, until: Date.now() + KEYS_MS };
  return read;
}

/// A key that was taken back is no longer offered: no site accepts what it signed.
async function dropRevoked(read, offered) {
  const lives = (proof) => read.has(proof.age, proof.epoch) && equal(read.key_id(proof.age, proof.epoch), keyIdOf(proof.token));
  const weeks = new Set(offered.map(({ epoch }) => epoch));
  const held = await store.proofs();
  await store.drop(held.filter((proof) => weeks.has(proof.epoch) && !lives(proof)).map(({ id }) => id));
}

async function grew(settings, read) {
  const seen = await store.read("log");
  if (!seen) return;
  if (read.size() > seen.size) {
    for (const path of read.tiles().split("\n")) {
      const response = await ask(`${settings.issuerUrl}/log/${path}`);
      if (!response.ok) throw new Failed("offline");
      read.take_tile(new Uint8Array(await response.arrayBuffer().catch(brokenOff)));
    }
  }
  read.follows(seen.size, seen.root);
}

const ask = (address, options) =>
  fetch(address, { credentials: "omit", referrerPolicy: "no-referrer", redirect: "error", ...options }).catch(brokenOff);

/// An answer that did not come, or not to its end.
function brokenOff() {
  throw new Failed("offline");
}

const wait = (paceSeconds) => new Promise((resolve) => setTimeout(resolve, drawnWait(paceSeconds)));

/// How long a batch waits, in milliseconds: from nothing to twice the pace, each as likely.
export const drawnWait = (paceSeconds) => below(2 * paceSeconds * 1000 + 1);

/// A whole number below `end`, from the system's randomness.
export function below(end) {
  const [drawn] = crypto.getRandomValues(new Uint32Array(1));
  return Math.floor((drawn / 2 ** 32) * end);
}

/// Where a token says by which key it was signed (RFC 9577, section 2.2).
const keyIdOf = (token) => token.subarray(66, 98);

const equal = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

/// What base64 in the alphabet of addresses says.
export const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}
