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

/// Starts one with these boxes of the set-up ticked, and with `more` in its environment. `say(...)` runs a command over its folder
/// and gives the bytes it prints; `files()` gives what lies in the folder; `killed()` is `kill -9`, and `again()` starts it anew in
/// the same folder, under another address.
export async function ownNode(boxes, more = {}) {
  const folder = await mkdtemp(join(tmpdir(), "rempart-e2e-"));
  // What went well would bury what the tests say.
  const env = { ...ENVIRONMENT, REMPART_LOG: "warn", ...more };
  const node = {
    folder,
    files: async () => Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name)).catch(() => Buffer.alloc(0)))),
    say: (...words) => new Promise((resolve, reject) => {
      execFile(BINARY, [...words, "--data", folder], { encoding: "buffer", env, maxBuffer: 1e9 }, (error, out, said) =>
        error ? reject(new Error(`${words.join(" ")}: ${said}`)) : resolve(out));
    }),
    async again() {
      const server = spawn(BINARY, ["serve", "--json", "--listen", "127.0.0.1:0", "--operator-listen", "127.0.0.1:0", "--data", folder], {
        env,
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [line] = await new Promise((resolve, reject) => {
        createInterface({ input: server.stdout }).once("line", (line) => resolve([line]));
        server.once("exit", (code) => reject(new Error(`the node ended with ${code}`)));
      });
      const said = JSON.parse(line);
      Object.assign(node, { server, url: said.url.replace(/\/$/, ""), operator: said.operator, setup: said.setup ?? node.setup });
    },
    killed: () => ended(node.server, "SIGKILL"),
    async stop() {
      await ended(node.server, "SIGTERM");
      await rm(folder, { recursive: true, force: true });
    },
  };
  await node.again();
  const ticked = Object.fromEntries(boxes.map((box) => [box, "on"]));
  const kept = await fetch(node.setup, { method: "POST", body: new URLSearchParams({ ...SETTINGS, ...ticked }), redirect: "manual" });
  if (kept.status !== 303) throw new Error(`the set-up answered ${kept.status}`);
  return node;
}

async function ended(server, signal) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const over = new Promise((resolve) => server.once("exit", resolve));
  server.kill(signal);
  await over;
}
