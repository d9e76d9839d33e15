// A file under somebody's eyes: blurred, and sharp where it is held, for as long as it is held. Every second that is shown was
// asked for, and is counted by the server before it is given. Nothing is an image element: there is nothing to save.

const TICK_MS = 1000;
const looking = document.getElementById("looking");
const { blur, look, rest, back, token, grid } = looking.dataset;
const canvas = document.getElementById("canvas");
const state = document.getElementById("state");
const meter = document.getElementById("seen");
const cells = [...looking.querySelectorAll(".cell")];
const paper = canvas.getContext("2d");
const side = Number(grid);

let blurred;
/// The cell that is held, and which holding it is: an answer that comes after it was let go is thrown away.
let held;
let turn = 0;

async function start() {
  const answer = await fetch(blur, { headers: { "x-form": token } });
  if (!answer.ok) {
    location.assign(back);
    return;
  }
  blurred = await createImageBitmap(await answer.blob());
  looking.hidden = false;
  hide();
}

function hide() {
  paper.imageSmoothingEnabled = true;
  paper.imageSmoothingQuality = "high";
  paper.drawImage(blurred, 0, 0, canvas.width, canvas.height);
  state.textContent = state.dataset.hidden;
}

/// Where a region lies: as the server cuts it.
function place(cell, tile) {
  const along = (at, whole, length) => Math.min(Math.max(Math.floor(((2 * at + 1) * whole) / (2 * side)) - Math.floor(length / 2), 0), whole - length);
  return [along(cell % side, canvas.width, tile.width), along(Math.floor(cell / side), canvas.height, tile.height)];
}

async function show(cell, mine) {
  const body = new URLSearchParams({ cell: String(cell) });
  let answer;
  try {
    answer = await fetch(look, { method: "POST", headers: { "x-form": token }, body, redirect: "manual" });
  } catch {
    return letGo();
  }
  if (answer.status === 429) return location.assign(rest);
  if (!answer.ok || answer.status === 205) return location.assign(answer.status === 205 ? location.href : back);
  const tile = await createImageBitmap(await answer.blob());
  if (mine !== turn || held !== cell) return;
  hide();
  paper.drawImage(tile, ...place(cell, tile));
  state.textContent = state.dataset.shown;
  meter.value += 1;
  setTimeout(() => {
    if (mine === turn && held === cell) show(cell, mine);
  }, TICK_MS);
}

function hold(cell) {
  if (held === cell) return;
  held = cell;
  turn += 1;
  show(cell, turn);
}

function letGo() {
  if (held === undefined) return;
  held = undefined;
  turn += 1;
  hide();
}

function go(from, by) {
  const to = Math.max(0, Math.min(cells.length - 1, from + by));
  cells[from].tabIndex = -1;
  cells[to].tabIndex = 0;
  cells[to].focus();
  if (held !== undefined) hold(to);
}

const arrows = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -side, ArrowDown: side };
for (const [number, cell] of cells.entries()) {
  cell.addEventListener("pointerdown", (event) => {
    cell.releasePointerCapture(event.pointerId);
    hold(number);
  });
  cell.addEventListener("pointerenter", () => {
    if (held !== undefined) hold(number);
  });
  cell.addEventListener("keydown", (event) => {
    if (event.key === " " || event.key === "Enter") {
      if (!event.repeat) hold(number);
    } else if (event.key in arrows) go(number, arrows[event.key]);
    else return;
    event.preventDefault();
  });
  cell.addEventListener("keyup", (event) => {
    if (event.key === " " || event.key === "Enter") letGo();
  });
  cell.addEventListener("blur", () => {
    if (!cells.includes(document.activeElement)) letGo();
  });
  cell.addEventListener("contextmenu", (event) => event.preventDefault());
}
for (const end of ["pointerup", "pointercancel", "blur", "pagehide"]) addEventListener(end, letGo);
document.addEventListener("visibilitychange", letGo);
looking.addEventListener("pointerleave", letGo);

start();
