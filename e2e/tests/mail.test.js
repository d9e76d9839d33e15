// The neutral mail, from the browser to a mail server that we did not write: one, and nothing in it.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { pointer } from "../portal/hands.js";
import { BINARY, PYTHON, visitor } from "../portal/visitor.js";

const MAILBOX = fileURLToPath(new URL("../../crates/server/tests/it/mailbox.py", import.meta.url));
const ADDRESS = "robin.canary@example.org";
const ANSWER = "Hello Robin, the picture is gone from two sites.";
const run = promisify(execFile);

for (const scripts of [true, false]) {
  test(`who leaves an address gets one neutral mail when we write, ${scripts ? "with" : "without"} scripts`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "rempart-mail-"));
    const mailbox = lines(spawn(PYTHON, [MAILBOX, "take"], { stdio: ["ignore", "pipe", "inherit"] }));
    const { port } = await mailbox.next();
    const env = {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("REMPART_"))),
      REMPART_SMTP_URL: `smtp://127.0.0.1:${port}`,
      REMPART_MAIL_FROM: "no-reply@space.example",
      REMPART_MAIL_DELAY_MINUTES: "0",
      REMPART_LOG: "warn",
    };
    const serve = ["serve", "--json", "--listen", "127.0.0.1:0", "--operator-listen", "127.0.0.1:0", "--data", folder];
    const node = lines(spawn(BINARY, serve, { env, stdio: ["ignore", "pipe", "inherit"] }));
    const { page, close } = await visitor({ javaScriptEnabled: scripts });
    try {
      const { url } = await node.next();
      await leave(page, url);
      const { stdout: listed } = await run(BINARY, ["case", "list", "--json", "--data", folder], { env });
      const { id } = JSON.parse(listed);
      const { stdout: shown } = await run(BINARY, ["case", "show", id, "--json", "--data", folder], { env });
      assert.equal(JSON.parse(shown).alert, "set");
      assert.ok(!shown.includes("canary"), "who reads the case does not read the address");
      for (const text of [ANSWER, "And one more thing."]) {
        await run(BINARY, ["case", "answer", id, "--text", text, "--data", folder], { env });
      }
      const mail = await mailbox.next();
      assert.deepEqual(mail.to, [ADDRESS]);
      const headers = Object.fromEntries(mail.headers);
      assert.equal(headers.Subject, "Something new");
      assert.equal(headers.From, "My space <no-reply@space.example>");
      assert.match(mail.body, /^Hello,\s+There is something new on “My space”\.\s+This message is automatic/);
      for (const word of ["picture", "Robin", "rempart", "http", "case", id.slice(0, 8), "127.0.0.1"]) {
        assert.ok(!mail.raw.replaceAll(ADDRESS, "").includes(word), `${word}: ${mail.raw}`);
      }
      await page.reload();
      await page.getByText(ANSWER).waitFor();
      assert.deepEqual(await mailbox.end(), [], "one mail, and no second one");
    } finally {
      await close();
      await Promise.all([mailbox.end(), node.end()]);
      await rm(folder, { recursive: true });
    }
  });
}

/// Opens a short case and leaves an address.
async function leave(page, url) {
  await page.goto(`${url}/?lang=en`);
  await pointer.press(page, "button[value=harassed]");
  await pointer.choose(page, 'input[value="13"]');
  for (const path of ["/s/1", "/s/4", "/s/5", "/s/6"]) {
    await page.waitForURL((at) => at.pathname === path);
    await pointer.press(page, "main form .row button.btn:not([name])");
  }
  await page.waitForURL((at) => at.pathname === "/s/7");
  const words = (await page.locator("#words li").allTextContents()).map((word) => word.trim());
  await pointer.press(page, "form.no-print details summary");
  await pointer.write(page, "input[name=alert]", ADDRESS);
  await pointer.write(page, "input[name=word2]", words[1]);
  await pointer.write(page, "input[name=word5]", words[4]);
  await pointer.press(page, "form.no-print button.btn:not([type=button])");
  await page.waitForURL((at) => at.pathname === "/c");
  await page.getByText("An address is kept").waitFor();
}

/// A program's lines of JSON; `end` ends it and gives those that nobody has read.
function lines(program) {
  const read = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  const ended = once(program, "exit");
  return {
    next: async () => JSON.parse((await read.next()).value),
    async end() {
      program.kill();
      await ended;
      const rest = [];
      for (let line = await read.next(); !line.done; line = await read.next()) rest.push(line.value);
      return rest;
    },
  };
}
