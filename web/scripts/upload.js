// Sends one file to the hotline: a worker seals it part by part, this page sends what is sealed. The page itself reads no byte of it.
//
// The page brings every word: data-* of `#upload` (%n stands for a number), `<template id="upload-held">` is the row of a file
// that arrived. What each request says and what each answer means stands in crates/server/src/intake/pages/upload.rs.

import { startSealer } from "./start.js";

/// A part whose answer does not come is sent again after so long, and then after twice that.
const RETRY_MS = 1_000;
const RETRIES = 4;
/// How often the progress is said aloud, in percent.
const SAID_EVERY = 25;

/// What an answer means that is not good: the data-* with the words, and whether trying again may help.
const ANSWERS = { 403: ["refused"], 409: ["over"], 410: ["over"], 413: ["large"], 429: ["busy"], 507: ["busy"] };

class Failed extends Error {}

const section = document.getElementById("upload");
if (section) begin(section);

function begin(section) {
  const words = section.dataset;
  const form = section.closest("form");
  const input = section.querySelector("input[type=file]");
  const [held, choose, going, says, bar, again, cancel, voice] =
    ["held", "choose", "going", "says", "bar", "again", "cancel", "voice"].map((name) => section.querySelector(`[data-part=${name}]`));
  let left = Number(words.left);
  /// The file under way: { file, stop, worker, retry }.
  let current = null;
  let submitter;

  for (const shown of section.querySelectorAll("[data-needs-scripts]")) shown.hidden = false;
  for (const hidden of section.querySelectorAll("[data-without-scripts]")) hidden.hidden = true;
  if (left === 0) say(words.full);

  input.addEventListener("change", () => {
    const [file] = input.files;
    input.value = "";
    if (file && !current) start(file);
  });
  cancel.addEventListener("click", () => {
    const { stop, worker } = current;
    current = null;
    stop.abort();
    worker?.terminate();
    post(4).catch(() => {});
    end(words.cancelled);
    input.focus();
  });
  again.addEventListener("click", () => current?.retry?.());
  addEventListener("online", () => current?.retry?.());
  form?.addEventListener("submit", (event) => {
    if (!current) return;
    // The next page must not begin while a file is on its way: it goes on by itself, or when the person stops it.
    event.preventDefault();
    submitter = event.submitter;
    say(words.wait);
  });

  async function start(file) {
    if (file.size === 0) return say(words.empty);
    if (file.size > Number(words.bytes)) return say(words.large);
    const here = { file, stop: new AbortController() };
    current = here;
    say("");
    show(0);
    choose.hidden = true;
    going.hidden = false;
    cancel.focus();
    try {
      const id = await (await persist(here, () => post(1, { signal: here.stop.signal }))).text();
      await seal(here, id);
      if (current !== here) return;
      left -= 1;
      const row = document.getElementById("upload-held").content.firstElementChild.cloneNode(true);
      for (const button of row.querySelectorAll("button")) button.value = id;
      held.append(row);
      end(words.done);
    } catch (error) {
      if (current !== here) return;
      here.worker?.terminate();
      post(4).catch(() => {});
      end(words[error instanceof Failed ? error.message : "failed"]);
    }
    if (left > 0) input.focus();
    else section.querySelector("[data-part=held] button:last-of-type")?.focus();
  }

  /// Runs the worker through the file; each part is sent before the next is made.
  function seal(here, id) {
    return new Promise((resolve, reject) => {
      const failed = () => reject(new Failed("failed"));
      here.stop.signal.addEventListener("abort", failed);
      here.worker = startSealer(async (message) => {
        try {
          if (message.ready) {
            const digits = id.match(/../g).map((pair) => parseInt(pair, 16));
            here.worker.postMessage({ file: here.file, id: Uint8Array.from(digits), recipients: words.recipients });
          } else if (message.part) {
            await persist(here, () => post(2, {
              signal: here.stop.signal,
              body: message.part,
              headers: { "x-upload": id, "x-part": String(message.position) },
            }));
            if (current !== here) return;
            show(100 * message.share);
            here.worker.postMessage({ next: true });
          } else if (message.keys) {
            const body = `{"id":"${id}","parts":${message.parts},"keys":${message.keys}}`;
            await persist(here, () => post(3, { signal: here.stop.signal, body }));
            here.worker.terminate();
            resolve();
          } else {
            failed();
          }
        } catch (error) {
          reject(error);
        }
      }, failed);
    });
  }

  /// Asks until there is an answer: by itself for a while, then when the network or the person says so. A part that had
  /// arrived after all is answered the same.
  async function persist(here, ask) {
    for (let tries = 0; ; tries += 1) {
      let answer;
      try {
        answer = await ask();
      } catch (error) {
        if (here.stop.signal.aborted) throw error;
      }
      if (answer?.ok) {
        if (tries > 0) {
          again.hidden = true;
          show(bar.value);
        }
        return answer;
      }
      // Without an answer the network is at fault, and with 5xx it may pass.
      const known = ANSWERS[answer?.status];
      if (known || (answer && answer.status < 500)) throw new Failed(known?.[0] ?? "failed");
      says.textContent = words.offline;
      if (tries === 0) say(words.offline, true);
      again.hidden = false;
      await waited(here, tries);
    }
  }

  /// Until the time of a try has passed, or somebody asks for it.
  function waited(here, tries) {
    return new Promise((resolve, reject) => {
      const timer = tries < RETRIES ? setTimeout(resolve, RETRY_MS * 2 ** tries) : undefined;
      here.retry = () => {
        clearTimeout(timer);
        resolve();
      };
      here.stop.signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(new Failed("cancelled"));
      }, { once: true });
    });
  }

  function post(step, options = {}) {
    const headers = { "x-form": words.token, ...options.headers };
    return fetch(`${words.path}/${step}`, { method: "POST", credentials: "same-origin", redirect: "error", ...options, headers });
  }

  function show(percent) {
    const whole = Math.floor(percent);
    const text = words.sealing.replace("%n", new Intl.NumberFormat(document.documentElement.lang || undefined).format(whole));
    if (Math.floor(bar.value / SAID_EVERY) < Math.floor(whole / SAID_EVERY)) say(text, true);
    bar.value = whole;
    says.textContent = text;
  }

  function end(text) {
    current = null;
    bar.value = 0;
    going.hidden = true;
    again.hidden = true;
    choose.hidden = left === 0;
    say(left === 0 ? `${text} ${words.full}` : text);
    if (submitter && text === words.done) form.requestSubmit(submitter);
    submitter = undefined;
  }

  /// Says it; where it stands above already, to the ears alone.
  function say(text, stands = false) {
    voice.classList.toggle("left", stands);
    voice.textContent = text;
  }
}
