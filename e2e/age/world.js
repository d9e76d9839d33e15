// Attester, issuer, wallet and three sites, each a process with a folder of its own, each behind a recorder and under a host of
// its own.

import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

import { BINARY } from "../portal/visitor.js";
import { recorder } from "./recorder.js";

const ENVIRONMENT = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("REMPART_")));
/// What each site asks for; two of them the same.
export const SITES = [["one.localhost", 18], ["two.localhost", 18], ["three.localhost", 16]];
export const ISSUER = "issuer.test";
const CONTACT = "mailto:help@wallet.test";
/// The code, and a second way that stands alone, as an attester must have.
const WAYS = 'code = true\nparent = true\n[card]\nbase = "https://bank.test"\ntoken = "t"\n';

export async function world() {
  const running = [];
  try {
    return await begun(running);
  } catch (error) {
    running.forEach((server) => server.kill());
    throw error;
  }
}

async function begun(running) {
  const folder = await mkdtemp(join(tmpdir(), "rempart-age-"));
  const log = [];
  const [attester, issuer, wallet] = await Promise.all(["attester", "issuer", "wallet"].map((role) => recorder(`${role}.localhost`)));
  const sites = await Promise.all(SITES.map(async ([host, age]) => ({ age, ...(await recorder(host, { isSite: true })) })));

  const start = async (role, behind, name, words) => {
    const data = join(folder, name);
    const server = spawn(BINARY, ["age", role, "--json", "--listen", "127.0.0.1:0", "--data", data, ...words], { env: ENVIRONMENT, stdio: ["ignore", "pipe", "pipe"] });
    server.stderr.on("data", (said) => log.push(said));
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
  await start("wallet", wallet, "wallet", [...known, "--issuer-url", issuer.origin, "--attester", attester.origin, "--pace", "0"]);
  await Promise.all(sites.map((site) =>
    start("verifier", site, site.host, [...known, "--origin", site.origin, "--age", String(site.age), "--log", issuer.direct, "--wallet", `${wallet.origin}/`])));

  return {
    attester, issuer, wallet, sites, logKey,
    /// What all of them wrote on their standard error: their logs.
    log: () => Buffer.concat(log),
    codes: async (count) => (await promisify(execFile)(BINARY, ["age", "codes", "--age", "18", "--count", String(count), "--data", join(folder, "attester")], { env: ENVIRONMENT })).stdout.trim().split("\n"),
    /// Every byte that a server has on its disk.
    files: async (name) => {
      // The wallet has none: it keeps nothing.
      const names = await readdir(join(folder, name)).catch(() => []);
      return Promise.all(names.map(async (file) => ({ name: `${name}/${file}`, bytes: await readFile(join(folder, name, file)) })));
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
