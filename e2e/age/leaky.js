// Wallets that are broken on purpose, against the same attester and issuer: the adversary must see through each of them, or what it
// says of the real one is worth nothing. They run the same module as the real one.

import { createHash, randomBytes, webcrypto } from "node:crypto";

import { Batch, Question } from "../../web/wasm/age.js";
import { batch, redemption } from "./adversary.js";
import { BATCH_TOKENS, believed } from "./module.js";

const TOKEN_BYTES = 354;
const AGE = 18;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };

/// What each does wrong. `seed`: where the blinding comes from; `beside`: what it sends along with a batch; `ahead`: whether it fetches
/// before anybody asks.
export const LEAKS = {
  "the same seed for every batch": { seed: () => Buffer.alloc(32, 7) },
  "blinding that comes out of the voucher": { seed: (voucher) => createHash("sha256").update(voucher).digest() },
  "a nonce that issuer and site both get": { beside: (publics) => ({ "x-batch": publics.map((key) => piece(key)).join(".") }) },
  "proofs fetched when a site asks": { isAhead: false },
};

/// Four people with such a wallet, each of their proofs spent once. What the adversary gets.
export async function leak(world, vouchers, { seed = () => randomBytes(32), beside = () => ({}), isAhead = true }, visitsEach) {
  const keys = await believed(world);
  const [issued, visits] = [[], []];
  const fetched = new Map();
  const fetchFor = async (voucher) => {
    const { proofs, record } = await fetchBatch(world, keys, voucher, seed(voucher), beside);
    issued.push({ person: voucher, at: performance.now(), ...record });
    return proofs;
  };
  if (isAhead) for (const voucher of vouchers) fetched.set(voucher, await fetchFor(voucher));
  for (let round = 0; round < visitsEach; round += 1) {
    for (const voucher of vouchers) {
      const proof = isAhead ? fetched.get(voucher).pop() : (await fetchFor(voucher))[0];
      const text = await answerTo(proof);
      visits.push({ person: voucher, at: performance.now(), raw: Buffer.from(`proof=${text} ${piece(proof.publicKey)}`), ...redemption(text) });
    }
  }
  return { issued, visits };
}

async function fetchBatch(world, { keys, offered }, voucher, seed, beside) {
  const pairs = await Promise.all(Array.from({ length: BATCH_TOKENS }, () => webcrypto.subtle.generateKey(ALGORITHM, false, ["sign"])));
  const publics = await Promise.all(pairs.map(async ({ publicKey }) => new Uint8Array(await webcrypto.subtle.exportKey("raw", publicKey))));
  const epoch = Math.min(...offered.filter(({ age }) => age === AGE).map((key) => key.epoch));
  const wanted = new Batch(keys, AGE, epoch, Buffer.concat(publics), seed);
  const request = Buffer.from(wanted.request(voucher));
  const headers = beside(publics);
  const response = await fetch(`${world.issuer.direct}/age/batch`, { method: "POST", body: request, headers });
  if (!response.ok) throw new Error(`the issuer answered ${response.status}: ${await response.text()}`);
  const answer = Buffer.from(await response.arrayBuffer());
  const tokens = wanted.finish(answer);
  const proofs = pairs.map(({ privateKey }, place) => ({
    key: privateKey, publicKey: publics[place], token: tokens.slice(place * TOKEN_BYTES, (place + 1) * TOKEN_BYTES),
  }));
  return { proofs, record: { raw: Buffer.concat([Buffer.from(JSON.stringify(headers)), request]), ...batch(request, answer) } };
}

/// Some digits of a one-time key: what no issuer should ever see.
const piece = (publicKey) => Buffer.from(publicKey.slice(20, 32)).toString("hex");

async function answerTo({ key, publicKey, token }) {
  const question = new Question("https://site.example", String(AGE), randomBytes(32).toString("base64url"));
  const statement = question.statement(token);
  const signature = new Uint8Array(await webcrypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, statement));
  return question.answer(token, publicKey, signature);
}
