// Starts a worker. Under `require-trusted-types-for 'script'` its address must come from a policy; this is the only one, and it
// knows two addresses: `trusted-types worker`.

const HASHING = new URL("./worker.js", import.meta.url).href;
const SEALING = new URL("./sealer.js", import.meta.url).href;
const policy = globalThis.trustedTypes?.createPolicy("worker", { createScriptURL: (address) => (address === SEALING ? SEALING : HASHING) });

/// Hands each message to `hear`; `stopped` is called when the worker cannot start or has died.
export function startWorker(hear, stopped) {
  return start(HASHING, hear, stopped);
}

/// The same of the one that seals files.
export function startSealer(hear, stopped) {
  return start(SEALING, hear, stopped);
}

function start(address, hear, stopped) {
  const worker = new Worker(policy?.createScriptURL(address) ?? address, { type: "module" });
  const end = () => {
    worker.terminate();
    stopped();
  };
  worker.addEventListener("message", ({ data }) => (data.ready === false ? end() : hear(data)));
  worker.addEventListener("error", end);
  worker.addEventListener("messageerror", end);
  return worker;
}
