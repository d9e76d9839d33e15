// Single keys for what the page's buttons and links do; they can be switched off, and nothing needs them.

const STORED = "desk-keys";
const box = document.getElementById("keys-on");
let on = localStorage.getItem(STORED) !== "off";
if (box) {
  box.checked = on;
  box.addEventListener("change", () => {
    on = box.checked;
    localStorage.setItem(STORED, on ? "on" : "off");
  });
}

const isWriting = (target) => target.closest("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");

const rows = () => [...document.querySelectorAll("[data-row] a")];

function move(by) {
  const all = rows();
  const at = all.indexOf(document.activeElement);
  all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))]?.focus();
}

function press(target) {
  if (target.matches("a, button")) target.click();
  else {
    target.scrollIntoView({ block: "center" });
    target.focus();
  }
}

document.addEventListener("keydown", (event) => {
  if (!on || event.ctrlKey || event.altKey || event.metaKey || event.repeat || isWriting(event.target)) return;
  if (event.key === "j" || event.key === "k") move(event.key === "j" ? 1 : -1);
  else if (event.key === "?") {
    const keys = document.getElementById("keys");
    keys.open = !keys.open;
    keys.querySelector("summary").focus();
  } else {
    const target = [...document.querySelectorAll(`[data-key="${CSS.escape(event.key)}"]`)].find((one) => one.checkVisibility());
    if (!target) return;
    press(target);
  }
  event.preventDefault();
});
