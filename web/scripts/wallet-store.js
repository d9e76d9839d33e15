// What the wallet writes down in this browser, all of it: proofs with their one-time keys, the voucher, a batch on its way, how
// long the issuer's log was. No site, no nonce, no time of a visit.
//
// kept     voucher { text, ages, ends } · pending { age, epoch, keys, publics, blinding, request } · log { size, root } · full [{ age, epoch, why }]
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

export const write = (name, value) =>
  transact("readwrite", (kept) => answer(value === undefined ? kept.delete(name) : kept.put(value, name)));

/// Every proof, with its number as `id`.
export const proofs = () => transact("readonly", async (_, store) => {
  const [ids, all] = await Promise.all([answer(store.getAllKeys()), answer(store.getAll())]);
  return all.map((proof, place) => ({ id: ids[place], ...proof }));
});

/// The proofs of a batch come in and the batch is no longer on its way, both or neither.
export const arrive = (batch) => transact("readwrite", async (kept, store) => {
  await Promise.all(batch.map((proof) => answer(store.add(proof))));
  await answer(kept.delete("pending"));
});

/// Takes a proof away for good; says whether it was still there.
export const spend = (id) => transact("readwrite", async (_, store) => {
  const there = await answer(store.getKey(id));
  if (there !== undefined) await answer(store.delete(id));
  return there !== undefined;
});

/// Takes away what no site accepts any more.
export const drop = (ids) => transact("readwrite", (_, store) => Promise.all(ids.map((id) => answer(store.delete(id)))));

export const forget = () => transact("readwrite", (kept, store) => Promise.all([answer(kept.clear()), answer(store.clear())]));
