// Reads pictures from standard input (width, height, both 32 bits, the least significant byte first, then RGBA) and prints what the
// module says of each. `node wasm.mjs FOLDER_OF_THE_MODULE ROWS_AT_ONCE`.

import { readFileSync } from "node:fs";
import { join } from "node:path";

const [folder, band] = [process.argv[2], Number(process.argv[3])];
// By its text: older versions of Node take a file called .js for something other than a module.
const glue = readFileSync(join(folder, "rempart.js")).toString("base64");
const { initSync, FileDigests, Picture, Puzzle } = await import(`data:text/javascript;base64,${glue}`);
initSync({ module: readFileSync(join(folder, "rempart_bg.wasm")) });

const input = readFileSync(0);
const lines = [];
for (let at = 0; at < input.length; ) {
  const [width, height] = [input.readUInt32LE(at), input.readUInt32LE(at + 4)];
  const rgba = input.subarray(at + 8, at + 8 + width * height * 4);
  at += 8 + rgba.length;
  const picture = new Picture(width, height);
  for (let row = 0; row < height; row += band) {
    picture.push(rgba.subarray(row * width * 4, (row + band) * width * 4));
  }
  const digests = new FileDigests();
  digests.push(rgba);
  lines.push(`${picture.finish()} ${digests.finish()}`);
}
const puzzle = new Puzzle(new TextEncoder().encode("rempart"), 14);
let nonce;
while (nonce === undefined) nonce = puzzle.step(1000);
lines.push(nonce);
process.stdout.write(lines.join("\n") + "\n");
