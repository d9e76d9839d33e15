// Says when the queue is another one. It is shown anew when somebody asks, never under their hands.

const note = document.getElementById("changed");
if (note) {
  const stream = new EventSource(note.dataset.stream);
  stream.addEventListener("changed", () => {
    note.hidden = false;
  });
  addEventListener("pagehide", () => stream.close());
}
