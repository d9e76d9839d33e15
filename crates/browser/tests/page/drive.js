// Does on the page what a person does, and tells the test what was seen.

const violations = [];
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
  violations.push(`${violatedDirective} ${blockedURI}`);
});

const form = document.getElementById("files");
const input = form.querySelector("input[type=file]");
const list = form.querySelector("ul.files");
const voice = form.querySelector("[role=status]");
const rows = () => [...list.children];
const states = () => rows().map((row) => row.dataset.state);
const settled = () => states().every((state) => state !== "waiting" && state !== "working");

/// Waits for something on the page to become so; the test itself gives up after a while.
function until(holds) {
  return new Promise((resolve) => {
    const look = () => {
      if (!holds()) return;
      observer.disconnect();
      resolve();
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    look();
  });
}

function choose(files) {
  const chosen = new DataTransfer();
  for (const file of files) chosen.items.add(file);
  input.files = chosen.files;
  input.dispatchEvent(new Event("change"));
}

/// What the form would send now.
function sent() {
  return new Promise((resolve) => {
    addEventListener("submit", (event) => {
      // The page may hold it back until the codes are there, and sends it again then.
      if (event.defaultPrevented) return sent().then(resolve);
      event.preventDefault();
      resolve(Object.fromEntries(new FormData(form)));
    }, { once: true });
  });
}

async function drive() {
  const names = await (await fetch("/names")).json();
  const files = [];
  for (const name of names) {
    const bytes = await (await fetch(`/file/${name}`)).arrayBuffer();
    files.push(new File([bytes], `<img src=x> ${name}`, { type: name.endsWith(".mp4") ? "video/mp4" : "" }));
  }
  // From here on nothing may be asked of the network: offline in mid-hash is no different.
  await fetch("/loaded");
  const seen = { names };

  const whole = sent();
  choose(files);
  form.requestSubmit();
  seen.waits = voice.textContent;
  seen.marks = (await whole).marks;
  seen.fields = Object.keys(await Promise.resolve(Object.fromEntries(new FormData(form))));
  seen.states = states();
  seen.texts = rows().map((row) => row.querySelector("[data-part=name]").textContent);
  seen.line = form.querySelector("[data-line]").textContent;
  seen.page = document.documentElement.outerHTML;

  const before = rows().length;
  choose([files[0]]);
  await until(() => voice.textContent.endsWith("twice") && settled());
  seen.folded = rows().length === before;

  // The one that is being hashed and the one behind it are taken away; the third is not disturbed.
  for (const row of rows()) row.querySelector("button").click();
  choose([files[0], files[1], files[2]]);
  for (const row of rows().slice(0, 2)) row.querySelector("button").click();
  await until(settled);
  seen.afterRemoving = [states(), rows().map((row) => row.querySelector("[data-part=name]").textContent)];

  choose(Array.from({ length: 60 }, (_, at) => new File([`file ${at}`], "x.mp4", { type: "video/mp4" })));
  seen.tooMany = voice.textContent;
  await until(settled);
  seen.rows = rows().length;

  const press = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  for (const key of ["Shift", "Shift", "a", "Shift"]) press(key);
  seen.count = document.getElementById("exit-count").textContent;
  seen.violations = violations;
  await fetch("/seen", { method: "POST", body: JSON.stringify(seen) });
  press("Shift");
  press("Shift");
}

drive().catch((error) => fetch("/seen", { method: "POST", body: JSON.stringify({ error: String(error) }) }));
