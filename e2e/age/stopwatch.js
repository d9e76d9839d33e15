// How long a batch takes in the wallet's own worker, step by step, with the module and the policy that it has.

/// Times of `rounds` batches, in milliseconds. The page is the wallet, with nobody's voucher in it, so that it does nothing else.
export async function batchTimes(page, world, settings) {
  const worker = page.workers().find((one) => one.url().endsWith("/wallet-worker.js"));
  return worker.evaluate(measure, { origin: world.wallet.origin, issuerUrl: world.issuer.origin, logKey: world.logKey, ...settings });
}

/// Runs in the worker.
const measure = async ({ origin, issuer, issuerUrl, logKey, voucher, age, rounds }) => {
  const { Batch, Keys } = await import(`${origin}/age.js`);
  const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const joined = (parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
  const said = await (await fetch(`${issuerUrl}/age/keys`)).json();
  const keys = new Keys(said.checkpoint, issuer, logKey);
  for (const { index, entry, proof } of said.keys.sort((one, other) => one.index - other.index)) keys.add(index, bytesOf(entry), joined(proof.map(bytesOf)));
  const epoch = Math.min(...said.keys.filter((one) => one.age === age).map((one) => one.epoch));

  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const marks = [performance.now()];
    const mark = () => marks.push(performance.now());
    const pairs = await Promise.all(Array.from({ length: said.batch }, () => crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"])));
    const publics = await Promise.all(pairs.map(async ({ publicKey }) => new Uint8Array(await crypto.subtle.exportKey("raw", publicKey))));
    mark();
    const batch = new Batch(keys, age, epoch, joined(publics), crypto.getRandomValues(new Uint8Array(32)));
    const [kept, request] = [batch.keep(), batch.request(voucher)];
    mark();
    const response = await fetch(`${issuerUrl}/age/batch`, { method: "POST", body: request, cache: "no-store" });
    const answer = new Uint8Array(await response.arrayBuffer());
    mark();
    const tokens = Batch.resume(kept).finish(answer);
    mark();
    if (tokens.length !== said.batch * 354) throw new Error("not a whole batch");
    times.push(Object.fromEntries(["keys", "blind", "request", "unblind"].map((step, at) => [step, marks[at + 1] - marks[at]])));
  }
  return times;
};
