// The module that the wallet runs, in Node: for wallets that are broken on purpose, and for the adversary, who has it too.

import { readFile } from "node:fs/promises";

import { Batch, Keys, initSync } from "../../web/wasm/age.js";
import { batch } from "./adversary.js";
import { ISSUER } from "./world.js";

export const BATCH_TOKENS = 16;

let read;

/// The issuer's keys with their proofs, as the real wallet reads them, and what the issuer said of each.
export async function believed(world) {
  read ??= initSync({ module: await readFile(new URL("../../web/wasm/age_bg.wasm", import.meta.url)) });
  const said = await (await fetch(`${world.issuer.direct}/age/keys`)).json();
  const keys = new Keys(said.checkpoint, ISSUER, world.logKey);
  for (const { index, entry, proof } of said.keys.sort((one, other) => one.index - other.index)) {
    keys.add(index, Buffer.from(entry, "base64url"), Buffer.concat(proof.map((hash) => Buffer.from(hash, "base64url"))));
  }
  return { keys, offered: said.keys };
}

/// What a wallet would have sent for a one-time key, had its blinding come out of this seed: blinded messages, by their place in the batch.
export async function blinder(world, voucher) {
  const { keys, offered } = await believed(world);
  const named = new Map(offered.map(({ age, epoch }) => [Buffer.from(keys.key_id(age, epoch)).toString("hex"), { age, epoch }]));
  return (keyId, publicKey, seed) => {
    const { age, epoch } = named.get(keyId);
    const made = new Batch(keys, age, epoch, Buffer.concat(Array.from({ length: BATCH_TOKENS }, () => publicKey)), seed);
    const { blinded } = batch(Buffer.from(made.request(voucher)), Buffer.alloc(0));
    made.free();
    return blinded;
  };
}
