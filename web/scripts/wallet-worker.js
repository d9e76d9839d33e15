// The wallet's hands: proofs, keys, the module. The page cannot contact anybody; this can ask the issuer, and does not while a site
// waits for an answer.
//
// In:  { id, call: "open", settings }    settings: { issuer, issuerUrl, logKey, paceSeconds }
//      { id, call: "fill" }              begin to fetch; told in words
//      { id, call: "enrol", text }       a voucher
//      { id, call: "ask", question }     what stood behind the address: { origin, age, nonce, issuer, back }
//      { id, call: "spend", proof }      the proof is about to be sent: take it away
//      { id, call: "stock" } · { id, call: "forget" } · { id, call: "square", text }
// Out: { id, value } | { id, failed: true } · { word }

import init, { Question, VoucherSays, square } from "./age.js";
import { GRACE_SECONDS, TOKEN_BYTES, WEEK_SECONDS, beginOf, below, bytesOf, fill, now, weekOf } from "./wallet-fill.js";
import * as store from "./wallet-store.js";

/// Proofs that came this short a time ago say something by their time.
const FRESH_SECONDS = 3_600;
const KEY_BYTES = 65;
const NONCE_BYTES = 32;

const ready = init({ module_or_path: new URL("./age_bg.wasm", import.meta.url) });
let settings;

const CALLS = {
  async open(data) {
    ({ settings } = data);
    await ready;
    const over = (await store.proofs()).filter((proof) => beginOf(proof.epoch) + WEEK_SECONDS + GRACE_SECONDS < now());
    await store.drop(over.map((proof) => proof.id));
  },
  async fill() {
    await fill(settings, (word) => void postMessage({ word }));
  },
  async enrol({ text }) {
    let says;
    try {
      says = new VoucherSays(text);
    } catch {
      return false;
    }
    await store.enrol({ text, ages: [...says.ages()], ends: says.ends() });
    says.free();
    return true;
  },
  async stock() {
    const [voucher, all, week] = [await store.read("voucher"), await store.proofs(), weekOf(now())];
    const ages = [...new Set(all.map((proof) => proof.age))].sort((one, other) => one - other);
    const count = (age, epoch) => all.filter((proof) => proof.age === age && proof.epoch === epoch).length;
    return { voucher: voucher?.text, stock: ages.map((age) => ({ age, now: count(age, week), next: count(age, week + 1) })) };
  },
  ask: ({ question }) => prepare(question),
  spend: ({ proof }) => store.spend(proof),
  forget: () => store.forget(),
  square: async ({ text }) => square(text),
};

addEventListener("message", async ({ data }) => {
  try {
    await ready;
    postMessage({ id: data.id, value: await CALLS[data.call](data) });
  } catch {
    postMessage({ id: data.id, failed: true });
  }
});

/// The whole answer, signed and not yet sent. Nothing is taken away before the person agrees.
async function prepare({ origin, age, nonce, issuer, back }) {
  if (issuer !== settings.issuer) return { is: "other", issuer };
  let question;
  try {
    question = new Question(origin, age, nonce);
  } catch {
    return { is: "wrong" };
  }
  const said = { host: question.host(), origin: question.origin(), age: question.age() };
  const proof = await draw(question.age());
  if (!proof) return { is: "empty", ...said };
  const statement = question.statement(proof.token);
  const signature = new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, proof.key, statement));
  const text = question.answer(proof.token, proof.publicKey, signature);
  return {
    is: "asked", ...said, back,
    id: proof.id,
    proof: text,
    parts: parts(text),
    isForAnother: question.is_for_another(),
    isFresh: now() - proof.at < FRESH_SECONDS,
  };
}

/// Any proof of the age and of this week; in the night after it, of the last one.
async function draw(age) {
  const week = weekOf(now());
  const held = (await store.proofs()).filter((proof) => proof.age === age);
  for (const epoch of [week, week - 1]) {
    const usable = held.filter((proof) => proof.epoch === epoch && now() < beginOf(epoch) + WEEK_SECONDS + GRACE_SECONDS);
    if (usable.length > 0) return usable[below(usable.length)];
  }
  return undefined;
}

/// The answer's bytes by what they are, as digits: behind the version come token, key, question, signature.
function parts(text) {
  const digits = [...bytesOf(text)].map((byte) => byte.toString(16).padStart(2, "0"));
  const cuts = [1, TOKEN_BYTES, KEY_BYTES, NONCE_BYTES, digits.length];
  let at = 0;
  const [, token, key, nonce, signature] = cuts.map((length) => digits.slice(at, (at += length)).join(""));
  return { token, key, nonce, signature };
}
