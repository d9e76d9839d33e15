// Starts the worker. Under `require-trusted-types-for 'script'` its address must come from a policy; this is the only one,
// and it knows one address: `trusted-types worker`.

const address = new URL("./worker.js", import.meta.url).href;
const policy = globalThis.trustedTypes?.createPolicy("worker", { createScriptURL: () => address });

/// Hands each message to `hear`; `stopped` is called when the worker cannot start or has died.
export function startWorker(hear, stopped) {
  const worker = new Worker(policy?.createScriptURL("") ?? address, { type: "module" });
  const end = () => {
    worker.terminate();
    stopped();
  };
  worker.addEventListener("message", ({ data }) => (data.ready === false ? end() : hear(data)));
  worker.addEventListener("error", end);
  worker.addEventListener("messageerror", end);
  return worker;
}
