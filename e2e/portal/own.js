// A node of one's own, set up as a test needs it: `rempart serve` on an empty folder.

import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

import { BINARY, PYTHON } from "./visitor.js";

/// A PostgreSQL in which databases may be made; without one, nodes are on SQLite alone.
const POSTGRES = process.env.REMPART_E2E_POSTGRES;

/// What a node's database can be here.
export const ENGINES = POSTGRES ? ["sqlite", "postgres"] : ["sqlite"];

const run = promisify(execFile);

const SETTINGS = {
  is_on: "on", site_fr: "Mon espace", site_en: "My space", languages: "both", country: "FR",
  leave_fr: "https://meteofrance.com/", leave_en: "https://www.bbc.com/weather",
};

/// The program takes what begins with REMPART_ for its own settings.
const ENVIRONMENT = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("REMPART_")));

/// Starts one with these boxes of the set-up ticked, with `more` in its environment, on one of [`ENGINES`]. `say(...)` runs a command
/// over its folder and gives the bytes it prints; `files()` gives what lies in the folder; `killed()` is `kill -9`, and `again()`
/// starts it anew in the same folder, under another address; `sql(...)` changes its database behind its back.
export async function ownNode(boxes, more = {}, engine = "sqlite") {
  const folder = await mkdtemp(join(tmpdir(), "rempart-e2e-"));
  const database = await (engine === "postgres" ? postgres() : sqlite(folder));
  // What went well would bury what the tests say.
  const env = { ...ENVIRONMENT, REMPART_LOG: "warn", REMPART_DATABASE: database.address, ...more };
  const node = {
    folder,
    sql: database.sql,
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
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await node.again();
  const ticked = Object.fromEntries(boxes.map((box) => [box, "on"]));
  const kept = await fetch(node.setup, { method: "POST", body: new URLSearchParams({ ...SETTINGS, ...ticked }), redirect: "manual" });
  if (kept.status !== 303) throw new Error(`the set-up answered ${kept.status}`);
  return node;
}

/// The one that a node makes in its folder.
async function sqlite(folder) {
  const path = join(folder, "node.db");
  const change = "import sqlite3, sys; database = sqlite3.connect(sys.argv[1]); database.execute(sys.argv[2]); database.commit()";
  return { address: `sqlite:${path}`, sql: (text) => run(PYTHON, ["-c", change, path, text]), drop: async () => {} };
}

/// A new one in the PostgreSQL that was given.
async function postgres() {
  const name = `rempart_e2e_${randomBytes(8).toString("hex")}`;
  const psql = (address, text) => run("psql", ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", text, address]);
  await psql(POSTGRES, `create database ${name}`);
  const address = Object.assign(new URL(POSTGRES), { pathname: `/${name}` }).href;
  return { address, sql: (text) => psql(address, text), drop: () => psql(POSTGRES, `drop database ${name} with (force)`) };
}

async function ended(server, signal) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const over = new Promise((resolve) => server.once("exit", resolve));
  server.kill(signal);
  await over;
}
