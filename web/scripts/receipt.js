// The six words: copy and print. The buttons are hidden until there are scripts to do it.
//
// `<button type="button" hidden data-copy="ID" data-done="…">` copies the text of the element ID; `<button type="button" hidden data-print>`
// prints. What was done is said in `<p role="status" id="receipt-said">`.

const said = document.getElementById("receipt-said");

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const words = document.getElementById(button.dataset.copy).textContent.trim().split(/\s+/).join(" ");
    try {
      await navigator.clipboard.writeText(words);
      say(button.dataset.done);
    } catch {
      say(button.dataset.failed);
    }
  });
}

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

function say(text) {
  if (said) said.textContent = text ?? "";
}
