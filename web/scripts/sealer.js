// Seals one file for the hotline, part by part, and sees it in clear; nothing else does. It asks the network for its own module when
// it starts and for nothing afterwards: what it made goes to the page, and that sends it.
//
// In:  { file, id, recipients }      once; id: 16 bytes, recipients: 64 hex digits each, with blanks between
//      { next: true }                the next part, or the end
// Out: { ready: true } | { ready: false }
//      { part, position, share }     sealed bytes; share: of the file, 0 to 1, once this part is sent
//      { keys, parts }               everything is sealed; keys: JSON
//      { changed: true }             the file is not what it was, or cannot be read any more

import init, { Upload } from "./sealing.js";

const SEED_BYTES = 32;

let file;
let upload;
let position = 0;
let taken = 0;

const ready = init({ module_or_path: new URL("./sealing_bg.wasm", import.meta.url) }).then(
  () => postMessage({ ready: true }),
  () => postMessage({ ready: false }),
);

addEventListener("message", async ({ data }) => {
  await ready;
  try {
    if (data.file) begin(data);
    await next();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) postMessage({ ready: false });
    else postMessage({ changed: true });
  }
});

function begin(data) {
  file = data.file;
  const seed = crypto.getRandomValues(new Uint8Array(SEED_BYTES));
  upload = new Upload(data.id, file.size, data.recipients, seed);
  seed.fill(0);
}

async function next() {
  const wanted = upload.wants();
  if (wanted === undefined) {
    postMessage({ keys: upload.keys(), parts: position });
    return;
  }
  const bytes = new Uint8Array(await file.slice(taken, taken + wanted).arrayBuffer());
  const part = upload.seal(bytes);
  taken += wanted;
  postMessage({ part, position, share: file.size === 0 ? 1 : taken / file.size }, [part.buffer]);
  position += 1;
}
