// Attester, issuer, wallet and three sites, each a process with a folder of its own, each behind a recorder and under a host of
// its own.

import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

import { BINARY, PYTHON } from "../portal/visitor.js";
import { recorder } from "./recorder.js";

/// They say more of themselves than operators let them.
const ENVIRONMENT = { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("REMPART_"))), REMPART_LOG: "debug" };
/// What each site asks for; two of them the same.
export const SITES = [["one.localhost", 18], ["two.localhost", 18], ["three.localhost", 16]];
export const ISSUER = "issuer.test";
const ROWS_BYTES_MAX = 64 * 1024 * 1024;
const CONTACT = "mailto:help@wallet.test";
/// The code, and a second way that stands alone, as an attester must have.
/// Every row of a database, bytes as hex digits.
const ROWS = `
import json, sqlite3, sys
base = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
base.row_factory = sqlite3.Row
names = [name for name, in base.execute("select name from sqlite_master where type = 'table'")]
plain = lambda value: value.hex() if isinstance(value, bytes) else value
print(json.dumps({name: [{key: plain(row[key]) for key in row.keys()} for row in base.execute(f'select * from "{name}"')] for name in names}))
`;
const WAYS = 'code = true\nparent = true\n[card]\nbase = "https://bank.test"\ntoken = "t"\n';

const run = promisify(execFile);

/// `paceSeconds`: how long a wallet's batch waits on average; at once, unless a test is about that.
export async function world({ paceSeconds = 0 } = {}) {
  const running = [];
  try {
    return await begun(running, paceSeconds);
  } catch (error) {
    running.forEach((server) => server.kill());
    throw error;
  }
}

async function begun(running, paceSeconds) {
  const folder = await mkdtemp(join(tmpdir(), "rempart-age-"));
  const said = new Map();
  const [attester, issuer, wallet] = await Promise.all(["attester", "issuer", "wallet"].map((role) => recorder(`${role}.localhost`)));
  const sites = await Promise.all(SITES.map(async ([host, age]) => ({ age, ...(await recorder(host, { isSite: true })) })));

  const start = async (role, behind, name, words) => {
    const data = join(folder, name);
    const server = spawn(BINARY, ["age", role, "--json", "--listen", "127.0.0.1:0", "--data", data, ...words], { env: ENVIRONMENT, stdio: ["ignore", "pipe", "pipe"] });
    said.set(name, []);
    server.stderr.on("data", (part) => said.get(name).push(part));
    running.push(server);
    const line = await new Promise((resolve, reject) => {
      createInterface({ input: server.stdout }).once("line", resolve);
      server.once("exit", (code) => reject(new Error(`${role} ended with ${code}`)));
    });
    const { url, key } = JSON.parse(line);
    behind.serve(url);
    return key;
  };

  await mkdir(join(folder, "attester"));
  await writeFile(join(folder, "attester", "attester.toml"), WAYS);
  const attesterKey = await start("attester", attester, "attester", ["--base", attester.origin, "--wallet", `${wallet.origin}/`, "--contact", CONTACT]);
  const logKey = await start("issuer", issuer, "issuer", ["--name", ISSUER, "--age", "16", "--age", "18", "--quota", "256", `--attester=${attesterKey}`]);
  const known = ["--issuer", ISSUER, "--log-key", logKey, "--contact", CONTACT];
  await start("wallet", wallet, "wallet", [...known, "--issuer-url", issuer.origin, "--attester", attester.origin, "--pace-seconds", String(paceSeconds)]);
  await Promise.all(sites.map((site) =>
    start("verifier", site, site.host, [...known, "--origin", site.origin, "--age", String(site.age), "--log", issuer.direct, "--wallet", `${wallet.origin}/`])));

  return {
    attester, issuer, wallet, sites, logKey,
    /// What one of them wrote on its standard error: its log.
    log: (name) => ({ name: `${name}'s log`, bytes: Buffer.concat(said.get(name)) }),
    codes: async (count) => (await run(BINARY, ["age", "codes", "--age", "18", "--count", String(count), "--data", join(folder, "attester")], { env: ENVIRONMENT })).stdout.trim().split("\n"),
    /// Every byte that a server has on its disk.
    files: async (name) => {
      // The wallet has none: it keeps nothing.
      const names = await readdir(join(folder, name)).catch(() => []);
      return Promise.all(names.map(async (file) => ({ name: `${name}/${file}`, bytes: await readFile(join(folder, name, file)) })));
    },
    /// What its database says.
    rows: async (name, role = name) => JSON.parse((await run(PYTHON, ["-c", ROWS, join(folder, name, `${role}.db`)], { maxBuffer: ROWS_BYTES_MAX })).stdout),
    /// A voucher for a code, without a browser.
    async voucher(code) {
      const response = await fetch(`${attester.direct}/age/way/code`, { method: "POST", body: new URLSearchParams({ code }), headers: { accept: "application/json" } });
      return (await response.json()).voucher;
    },
    async stop() {
      await Promise.all(running.map((server) => new Promise((resolve) => {
        server.removeAllListeners("exit");
        server.once("exit", resolve);
        server.kill();
      })));
      await Promise.all([attester, issuer, wallet, ...sites].map((one) => one.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
