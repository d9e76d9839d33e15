// Leaves fast: the exit link, or Shift three times within five seconds. The page is blank before the browser has asked for the
// next one, and that one takes this one's place in the history. Not Escape: it stops pages from loading, and screen readers use it.
//
// `<a id="exit" href="/x" data-once="…" data-twice="…">`, and `<p id="exit-count" role="alert" hidden>` for the count.

const PRESSES = 3;
const WITHIN_MS = 5000;

const exit = document.getElementById("exit");
const count = document.getElementById("exit-count");
let presses = 0;
let forget;

export function leave() {
  document.title = "";
  document.documentElement.replaceChildren();
  location.replace(exit.href);
}

if (exit) {
  document.addEventListener("click", (event) => {
    // A page may show the way out twice, as phones do.
    if (!event.target.closest?.("a[data-exit], #exit")) return;
    event.preventDefault();
    leave();
  });
  addEventListener("keydown", (event) => {
    if (event.repeat) return;
    if (event.key !== "Shift") {
      // Capitals are typed with Shift too: what is typed in between begins the count anew.
      reset();
      return;
    }
    clearTimeout(forget);
    forget = setTimeout(reset, WITHIN_MS);
    presses += 1;
    if (presses === PRESSES) leave();
    else show(presses === 1 ? exit.dataset.once : exit.dataset.twice);
  });
}

function reset() {
  clearTimeout(forget);
  presses = 0;
  show("");
}

function show(text) {
  if (!count) return;
  count.textContent = text ?? "";
  count.hidden = !text;
}
