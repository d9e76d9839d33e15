// Seals what standard input holds (16 bytes of id, 32 of seed, then a file) and prints the sealed parts and the keys, one after the
// other. `node sealing.mjs FOLDER_OF_THE_MODULE RECIPIENTS`.

import { readFileSync } from "node:fs";
import { join } from "node:path";

const [folder, recipients] = process.argv.slice(2);
// By its text: older versions of Node take a file called .js for something other than a module.
const glue = readFileSync(join(folder, "sealing.js")).toString("base64");
const { initSync, Upload } = await import(`data:text/javascript;base64,${glue}`);
initSync({ module: readFileSync(join(folder, "sealing_bg.wasm")) });

const input = readFileSync(0);
const [id, seed, file] = [input.subarray(0, 16), input.subarray(16, 48), input.subarray(48)];
const upload = new Upload(id, file.length, recipients, seed);
const said = [];
for (let at = 0, wanted; (wanted = upload.wants()) !== undefined; at += wanted) {
  said.push(upload.seal(file.subarray(at, at + wanted)));
}
process.stdout.write(Buffer.concat([...said, Buffer.from(upload.keys())]));
