// Solves what a loaded node asks for before it takes a form: `<form data-challenge="hex" data-bits="n">` with
// `<input type="hidden" name="nonce">`. It begins with the page, so that the answer is mostly there when the person is done.
// Without it the node makes the person wait instead.

import { startWorker } from "./start.js";

for (const form of document.querySelectorAll("form[data-challenge]")) work(form);

function work(form) {
  const field = form.elements.namedItem("nonce");
  const voice = form.querySelector("[data-working]");
  let pending;
  let over = false;

  const worker = startWorker(({ nonce }) => {
    if (nonce === undefined) return;
    worker.terminate();
    field.value = nonce ?? "";
    end();
  }, end);
  const challenge = Uint8Array.from(form.dataset.challenge.match(/../g) ?? [], (digits) => parseInt(digits, 16));
  worker.postMessage({ challenge, bits: Number(form.dataset.bits) });

  form.addEventListener("submit", (event) => {
    if (over) return;
    event.preventDefault();
    pending = { button: event.submitter };
    if (voice) voice.textContent = voice.dataset.working;
  });

  function end() {
    over = true;
    if (pending) form.requestSubmit(pending.button);
  }
}
