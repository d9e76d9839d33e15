// The page that takes fingerprints: files come in, rows appear, codes go into the hidden field `marks` when the form is
// sent. What of a file leaves this page is in that field and shown in its row; names, sizes and dates never are in it.
//
// The page brings every word: `<template id="file-row">` is a row, `<template id="file-STATE">` what it says in a state
// (waiting, working, ready, plain, exact, large, hidden, unreadable, kept), and data-* of the form what is said elsewhere:
// %n and %b stand for numbers, %s for a row's name, %t for its state.

import { startWorker } from "./start.js";

const FILES_MAX = 50;

const form = document.getElementById("files");
if (form) begin(form);

function begin(form) {
  const input = form.querySelector("input[type=file]");
  const list = form.querySelector("ul.files");
  const marks = form.elements.namedItem("marks");
  const line = form.querySelector("[data-line]");
  const voice = form.querySelector("[role=status]");
  const words = form.dataset;
  const plural = new Intl.PluralRules(document.documentElement.lang || undefined);
  const held = Number(words.held ?? 0);
  /// { id, name, file, row, found, exactOnly }, in the order of the page. A file is let go as soon as it was read.
  let rows = [];
  let lastNumber = 0;
  let current = null;
  let sendWhenDone = false;

  let worker = start();
  input.removeAttribute("name");
  for (const shown of form.querySelectorAll("[data-needs-scripts]")) shown.hidden = false;
  for (const hidden of form.querySelectorAll("[data-without-scripts]")) hidden.hidden = true;
  restore();

  input.addEventListener("change", () => {
    take(input.files);
    input.value = "";
  });
  for (const type of ["dragenter", "dragover"]) form.addEventListener(type, (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer.files);
  });
  form.addEventListener("submit", (event) => {
    if (rows.some((row) => !row.found)) {
      event.preventDefault();
      sendWhenDone = true;
      say(words.waiting);
      return;
    }
    marks.value = JSON.stringify(leaving());
  });

  function take(files) {
    const room = Math.max(0, FILES_MAX - held - rows.length);
    for (const file of [...files].slice(0, room)) {
      add({ file, video: file.type.startsWith("video/") });
    }
    if (files.length > room) say(words.tooMany.replace("%n", FILES_MAX));
    next();
  }

  function add({ file, found, video }) {
    lastNumber += 1;
    const row = document.getElementById("file-row").content.firstElementChild.cloneNode(true);
    const name = (video ? words.nameVideo : words.name).replace("%n", lastNumber);
    const entry = { id: lastNumber, name, file, row, found };
    part(entry, "name").textContent = name;
    const remove = part(entry, "remove");
    remove.setAttribute("aria-label", words.remove.replace("%s", name));
    remove.addEventListener("click", () => removeRow(entry));
    rows.push(entry);
    list.append(row);
    show(entry, found ? "kept" : "waiting");
    if (found) showCodes(entry);
    update();
  }

  function removeRow(entry) {
    if (entry === current) worker?.postMessage({ cancel: entry.id });
    const after = entry.row.nextElementSibling ?? entry.row.previousElementSibling;
    entry.row.remove();
    rows = rows.filter((other) => other !== entry);
    // Whoever moves by keyboard must not be thrown to the top of the page.
    (after?.querySelector("[data-part=remove]") ?? input).focus();
    say(words.removed.replace("%s", entry.name));
    update();
  }

  /// One file at a time: a phone has memory for one.
  function next() {
    if (current) return;
    current = rows.find((row) => !row.found) ?? null;
    if (current) {
      show(current, "working");
      worker ??= start();
      worker.postMessage({ id: current.id, file: current.file, exactOnly: current.exactOnly });
    } else if (sendWhenDone) {
      sendWhenDone = false;
      form.requestSubmit();
    }
  }

  function start() {
    return startWorker((message) => {
      if (!current || message.id !== current.id) return;
      if (message.thumbnail) paint(current, message.thumbnail);
      if (message.found) finish(current, message.found);
      if (message.found || message.cancelled) {
        current = null;
        next();
      }
    }, () => {
      // It has stopped, mostly for want of memory. A new one is asked for the exact digests alone.
      worker = undefined;
      if (current?.exactOnly) finish(current, { kind: "unreadable", quality: null, fingerprints: [], views: [] });
      else if (current) current.exactOnly = true;
      current = null;
      next();
    });
  }

  function finish(entry, found) {
    if (!rows.includes(entry)) return;
    entry.file = undefined;
    entry.found = found;
    const digest = (of) => of.found?.fingerprints.find((one) => one.kind === "sha256")?.value;
    if (digest(entry) && rows.some((other) => other !== entry && digest(other) === digest(entry))) {
      rows = rows.filter((other) => other !== entry);
      entry.row.remove();
      say(words.twice.replace("%s", entry.name));
    } else {
      show(entry, found.kind);
      showCodes(entry);
      // The row says the rest.
      say(words.said.replace("%s", entry.name).replace("%t", part(entry, "state").querySelector(".tag").textContent));
    }
    update();
  }

  function show(entry, state) {
    entry.row.dataset.state = state;
    part(entry, "state").replaceChildren(document.getElementById(`file-${state}`).content.cloneNode(true));
  }

  function showCodes(entry) {
    const codes = [...entry.found.fingerprints, ...entry.found.views];
    if (codes.length === 0) return;
    const first = codes[0].value;
    part(entry, "code").textContent = `${first.slice(0, 8)} … ${first.slice(-6)}`;
    const whole = codes.map((code) => `${code.kind ?? `view ${code.view}`} ${code.value}`).join("\n");
    part(entry, "whole").textContent = whole;
    part(entry, "details").hidden = false;
  }

  function paint(entry, grey) {
    const canvas = part(entry, "thumbnail");
    const side = Math.sqrt(grey.length);
    canvas.width = canvas.height = side;
    const image = new ImageData(side, side);
    grey.forEach((value, at) => image.data.set([value, value, value, 255], 4 * at));
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  function leaving() {
    const found = rows.map((row) => row.found).filter((found) => found?.fingerprints.length > 0);
    return found.map(({ fingerprints, views, quality }) => ({ fingerprints, views, quality }));
  }

  function update() {
    const pictures = leaving();
    const [files, bytes] = [pictures.length, new TextEncoder().encode(JSON.stringify(pictures)).length];
    const text = files === 0 ? line.dataset.none : line.dataset[plural.select(files)] ?? line.dataset.other;
    const number = new Intl.NumberFormat(document.documentElement.lang || undefined);
    line.textContent = text.replace("%n", number.format(files)).replace("%b", number.format(bytes));
  }

  /// The back button: some browsers give a field back as it was left.
  function restore() {
    let kept = [];
    try {
      kept = JSON.parse(marks.value || "[]");
    } catch {
      marks.value = "";
    }
    for (const { fingerprints, views, quality } of kept) add({ found: { fingerprints, views, quality } });
    update();
  }

  function part(entry, name) {
    return entry.row.querySelector(`[data-part=${name}]`);
  }

  function say(text) {
    voice.textContent = text;
  }
}
