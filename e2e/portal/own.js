// A node of one's own, set up as a test needs it: `rempart serve` on an empty folder.

import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { BINARY } from "./visitor.js";

const SETTINGS = {
  is_on: "on", site_fr: "Mon espace", site_en: "My space", languages: "both", country: "FR",
  leave_fr: "https://meteofrance.com/", leave_en: "https://www.bbc.com/weather",
};

/// The program takes what begins with REMPART_ for its own settings.
const ENVIRONMENT = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("REMPART_")));

/// Starts one with these boxes of the set-up ticked. `say(...)` runs a command over its folder and gives the bytes it prints;
/// `files()` gives what lies in the folder.
export async function ownNode(boxes) {
  const folder = await mkdtemp(join(tmpdir(), "rempart-e2e-"));
  const server = spawn(BINARY, ["serve", "--json", "--listen", "127.0.0.1:0", "--operator-listen", "127.0.0.1:0", "--data", folder], {
    env: ENVIRONMENT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await new Promise((resolve, reject) => {
    createInterface({ input: server.stdout }).once("line", (line) => resolve([line]));
    server.once("exit", (code) => reject(new Error(`the node ended with ${code}`)));
  });
  const { url, setup } = JSON.parse(line);
  const ticked = Object.fromEntries(boxes.map((box) => [box, "on"]));
  const kept = await fetch(setup, { method: "POST", body: new URLSearchParams({ ...SETTINGS, ...ticked }), redirect: "manual" });
  if (kept.status !== 303) throw new Error(`the set-up answered ${kept.status}`);
  return {
    url: url.replace(/\/$/, ""),
    setup,
    files: async () => Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name)).catch(() => Buffer.alloc(0)))),
    say: (...words) => new Promise((resolve, reject) => {
      execFile(BINARY, [...words, "--data", folder], { encoding: "buffer", env: ENVIRONMENT, maxBuffer: 1e9 }, (error, out, said) =>
        error ? reject(new Error(`${words.join(" ")}: ${said}`)) : resolve(out));
    }),
    async stop() {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
