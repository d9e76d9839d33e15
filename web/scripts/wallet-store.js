// What the wallet writes down in this browser, all of it: proofs with their one-time keys, the voucher, a batch on its way, how
// long the issuer's log was. No site, no nonce, no time of a visit.
//
// kept     voucher { text, ages, ends } · pending { age, epoch, keys, publics, blinding, request } · log { size, root } · full [{ age, epoch }]
// proofs   { age, epoch, token, publicKey, key, at }, numbered; `key` is a CryptoKey that cannot be taken out

const NAME = "wallet";
const VERSION = 1;
const EVERYTHING = ["kept", "proofs"];

let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("kept");
      request.result.createObjectStore("proofs", { autoIncrement: true });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

/// One transaction. `work` gets both stores and may only wait for what they answer; its value comes once all is on the disk.
async function transact(mode, work) {
  const transaction = (await open()).transaction(EVERYTHING, mode, { durability: "strict" });
  const [kept, proofs] = EVERYTHING.map((name) => transaction.objectStore(name));
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
  });
  const value = await work(kept, proofs);
  await done;
  return value;
}

const answer = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

export const read = (name) => transact("readonly", (kept) => answer(kept.get(name)));

/// A voucher comes in. With another one goes what belonged to the last: what it had too much of, and a batch on its way. That batch
/// would be sent again with the old voucher in it, and an issuer that refuses it would take the new voucher away.
export const enrol = (voucher) => transact("readwrite", async (kept) => {
  if (await isVoucher(kept, voucher.text)) return;
  await Promise.all([answer(kept.put(voucher, "voucher")), answer(kept.delete("full")), answer(kept.delete("pending"))]);
});

/// How long the log was: written down only for somebody who has a voucher, so that what was deleted stays so.
export const remember = (voucher, log) => transact("readwrite", async (kept) => {
  if (await isVoucher(kept, voucher.text)) await answer(kept.put(log, "log"));
});

/// Every proof, with its number as `id`.
export const proofs = () => transact("readonly", async (_, store) => {
  const [ids, all] = await Promise.all([answer(store.getAllKeys()), answer(store.getAll())]);
  return all.map((proof, place) => ({ id: ids[place], ...proof }));
});

/// A batch sets out, unless its voucher was deleted while it was made; says whether.
export const depart = (voucher, pending) => transact("readwrite", async (kept) => {
  const may = await isVoucher(kept, voucher.text);
  if (may) await answer(kept.put(pending, "pending"));
  return may;
});

/// The proofs of a batch come in and the batch is no longer on its way, both or neither.
export const arrive = (batch) => settle((_, store) => Promise.all(batch.map((proof) => answer(store.add(proof)))));

/// Nothing comes of a batch.
export const abandon = () => settle(() => {});

/// Nothing comes of it, and its voucher is worth nothing.
export const refuse = () => settle((kept) => answer(kept.delete("voucher")));

/// Nothing comes of it: the voucher has had all it gets of this age and week. Weeks before `since` are forgotten.
export const setAside = (age, epoch, since) => settle(async (kept) => {
  const full = ((await answer(kept.get("full"))) ?? []).filter((one) => one.epoch >= since);
  await answer(kept.put([...full, { age, epoch }], "full"));
});

/// The end of a batch, if it is still on its way, and says whether. If it is not, everything was deleted while the issuer was asked, or
/// another voucher came: then nothing is written down of it, good or bad.
const settle = (work) => transact("readwrite", async (kept, store) => {
  const isThere = (await answer(kept.getKey("pending"))) !== undefined;
  if (isThere) await Promise.all([answer(kept.delete("pending")), work(kept, store)]);
  return isThere;
});

async function isVoucher(kept, text) {
  const voucher = await answer(kept.get("voucher"));
  return voucher?.text === text;
}

/// Takes a proof away for good; says whether it was still there.
export const spend = (id) => transact("readwrite", async (_, store) => {
  const there = await answer(store.getKey(id));
  if (there !== undefined) await answer(store.delete(id));
  return there !== undefined;
});

/// Takes away what no site accepts any more.
export const drop = (ids) => transact("readwrite", (_, store) => Promise.all(ids.map((id) => answer(store.delete(id)))));

export const forget = () => transact("readwrite", (kept, store) => Promise.all([answer(kept.clear()), answer(store.clear())]));
