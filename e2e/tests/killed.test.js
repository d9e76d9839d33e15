// `kill -9` between verdict, bank, notice, mail and webhook. The far sides are real: a mail server that we did not write, a place where
// webhooks arrive. A round fails when the parts of a verdict do not agree, when a case names a notice that there is not or asks twice
// for one link, when something approved is neither handed over nor waiting, or when anything arrives twice under two names.
//
// What cannot be had: whoever dies between handing over and hearing of it hands over again. That is allowed here, and no more.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { code, invite, PASSPHRASE } from "../portal/colleague.js";
import { ENGINES, ownNode } from "../portal/own.js";
import { Plain } from "../portal/plain.js";
import { PYTHON } from "../portal/visitor.js";

/// Each round kills three times: in a verdict, in drafting, in handing over; each time a little later than the round before.
const ROUNDS = 8;
const MAILBOX = fileURLToPath(new URL("../../crates/server/tests/it/mailbox.py", import.meta.url));

for (const engine of ENGINES) {
  test(`a node that is killed between verdict, bank, notice, mail and webhook loses nothing and tells nobody two things, on ${engine}`, (context) =>
    killed(context, engine));
}

async function killed(context, engine) {
  const arrived = [];
  const platform = createServer((request, response) => {
    request.resume().on("end", () => {
      arrived.push(request.headers["idempotency-key"]);
      response.writeHead(204).end();
    });
  });
  await new Promise((ready) => platform.listen(0, "127.0.0.1", ready));
  const mails = [];
  const mailbox = spawn(PYTHON, [MAILBOX, "take"], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await new Promise((ready) => {
    createInterface({ input: mailbox.stdout }).on("line", (line) => {
      const said = JSON.parse(line);
      if (said.port) ready(said.port);
      if (said.event === "message") mails.push(letter(Object.fromEntries(said.headers)));
    });
  });
  const hook = `127.0.0.1:${platform.address().port}`;
  const node = await ownNode([], {
    REMPART_WEBHOOK_PERMITS: `["${hook}"]`,
    REMPART_SMTP_URL: `smtp://127.0.0.1:${port}`,
    REMPART_MAIL_FROM: "no-reply@space.example",
    REMPART_LOG: "error",
  }, engine);
  try {
    const { key } = JSON.parse(await node.say("partner", "add", "tiktok", "--sees", "minor:reported,adult:reported", "--json"));
    const [ada, ann, ben] = [await comeIn(node, "Ada", "administrator"), await comeIn(node, "Ann", "analyst"), await comeIn(node, "Ben", "analyst")];
    const pia = await comeIn(node, "Pia", "platform", ["--partner", "tiktok"]);
    await ada.answer("/desk/platforms", "/desk/platforms", { sender_name: "Example Hotline", sender_email: "notices@hotline.example" });
    await ada.send("/desk/platforms/tiktok", { channel: "api", partner: "tiktok" });
    await ada.send("/desk/platforms/snapchat", { channel: "mail", mail: "notices@snap.example" });
    await pia.answer("/console/webhook", "/console/webhook", { url: `http://${hook}/hook` });

    const [notices, known] = [[], new Set()];
    let undone = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const teller = await file(node, round);
      const id = (await cases(node)).find((one) => !known.has(one));
      known.add(id);
      const [work, board] = [`/desk/work/${id.replaceAll("-", "")}`, `/desk/notices/case/${id}`];

      // A verdict: the bank, the answer and what the desk keeps change together, or not at all.
      await ann.answer(work, `${work}/take`, {});
      await ann.page(work);
      const verdict = { code: "A1", basis: "links", answer: "fits" };
      await cut(node, ann.send(`${work}/verdict`, verdict), round);
      let decided = await agreed(node, key, ann, teller, board, round);
      if (!decided) {
        undone += 1;
        await ann.answer(work, `${work}/take`, {});
        await ann.answer(work, `${work}/verdict`, verdict);
        decided = await agreed(node, key, ann, teller, board, round);
      }
      assert.ok(decided);

      // Drafts: each link has one notice, and each notice that the case names is there.
      const draft = { regime_tiktok: "dsa_16", regime_snapchat: "dsa_16", reason: "Shared without consent." };
      await ann.page(board);
      await cut(node, ann.send(board, draft), round);
      if (noticesOn(await ann.page(board)).length < 2) await ann.send(board, draft);
      const drafted = noticesOn(await ann.page(board));
      assert.equal(drafted.length, 2, "one notice for each of two platforms");
      notices.push(...drafted);

      // Approved, and on its way.
      for (const [place, notice] of drafted.entries()) {
        const path = `/desk/notices/of/${notice}`;
        await ben.page(path);
        const sent = ben.send(path, { act: "approve" });
        if (place === 0) await cut(node, sent, round);
        else await sent;
      }
      await cut(node, arrivedBy(arrived, mails, drafted), round);
      for (const notice of drafted) {
        const page = await ben.page(`/desk/notices/of/${notice}`);
        if (page.includes('value="approve"')) await ben.send(`/desk/notices/of/${notice}`, { act: "approve" });
      }
    }

    // What was being handed over when the node died is another process's after ten minutes: they pass while it is down.
    await node.killed();
    await node.sql("update notice_outbox set next_at = 0 where given_up_at is null");
    await node.again();
    const begun = Date.now();
    for (const notice of notices) {
      while (!(await ben.page(`/desk/notices/of/${notice}`)).includes("Time ends")) {
        assert.ok(Date.now() - begun < 60_000, `${notice} was never handed over: ${arrived} ${mails}`);
        await new Promise((go) => setTimeout(go, 50));
      }
    }
    const count = (list) => list.reduce((counts, one) => counts.set(one, (counts.get(one) ?? 0) + 1), new Map());
    const [hooks, letters] = [count(arrived), count(mails)];
    // One way each, under one name: the key of a webhook, or the number and the subject of a mail.
    const names = [...hooks.keys(), ...letters.keys()];
    assert.deepEqual(names.map((name) => notices.find((notice) => name.includes(notice))).sort(), [...notices].sort(), `${names}`);
    // Twice only where it died before it heard; a mail never more than twice.
    const again = [...hooks.values(), ...letters.values()].filter((times) => times > 1).length;
    assert.ok(again <= ROUNDS * 2 && Math.max(...letters.values()) <= 2, JSON.stringify([[...hooks], [...letters]]));
    await node.say("log", "audit", "verify");
    context.diagnostic(`${undone} of ${ROUNDS} verdicts were cut off before they counted, ${again} of ${names.length} notices went twice`);
  } finally {
    mailbox.kill();
    platform.close();
    await node.stop();
  }
}

/// Kills the node some while after this began, later in each round, and starts it anew; what became of it is not known then.
async function cut(node, doing, round) {
  const done = doing.catch(() => {});
  // Rounds lie closer where most happens: 0, 2, 6, 12, .. milliseconds; the last ones wait for the answer, and kill right behind it.
  const after = round < ROUNDS - 2 ? round * (round + 1) : 2_000;
  await Promise.race([done, new Promise((go) => setTimeout(go, after))]);
  await node.killed();
  await done;
  await node.again();
}

/// Whether the verdict is there. All that it does must say the same.
async function agreed(node, key, ann, teller, board, round) {
  const decided = !(await ann.page(board)).includes("Nobody has decided yet");
  const told = /now recognise/.test(await teller.page("/c"));
  const answer = await fetch(`${node.url}/api/v1/changes?after=0&limit=5000`, { headers: { authorization: `Bearer ${key}` } });
  const { changes } = await answer.json();
  const entry = changes.map((change) => change.put).find((put) => put?.fingerprints.some((one) => one.value === pdq(round)));
  const raised = entry.tier === "verified";
  assert.deepEqual({ told, raised }, { told: decided, raised: decided }, `round ${round}: a verdict is whole or not there`);
  return decided;
}

/// Goes on when something of these arrived at their far side.
async function arrivedBy(arrived, mails, notices) {
  for (let turns = 0; turns < 100; turns++) {
    if (notices.some((notice) => arrived.some((one) => one?.startsWith(notice)) || mails.some((one) => one?.includes(notice)))) return;
    await new Promise((go) => setTimeout(go, 5));
  }
}

async function cases(node) {
  const lines = (await node.say("case", "list", "--json")).toString().split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line).id);
}

/// A mail by its number and what it is about.
function letter(headers) {
  return `${headers["Message-ID"]} ${headers.Subject.replace(/\s+/g, " ")}`;
}

function noticesOn(board) {
  return [...new Set([...board.matchAll(/\/desk\/notices\/of\/([0-9a-f-]{36})/g)].map(([, id]) => id))];
}

/// In through an invitation.
async function comeIn(node, name, role, more) {
  const { link } = await invite(node, name, role, more);
  const person = new Plain(() => node.url, "10.9.9.9");
  const path = `${new URL(link).pathname}?lang=en`;
  await person.page(path);
  await person.send(path, { passphrase: PASSPHRASE, again: PASSPHRASE });
  const codes = await person.page("/staff/codes?lang=en");
  const secret = codes.match(/id="secret">([^<]+)</)[1].replaceAll(" ", "");
  const sheet = await person.page(await person.send("/staff/codes", { code: code(secret) }));
  const words = [...sheet.matchAll(/<li>([a-z]+)<\/li>/g)].map(([, word]) => word);
  const asked = [...sheet.matchAll(/<span>Word (\d+)<\/span>/g)].map(([, number]) => words[number - 1]);
  await person.send("/staff/sheet", { first: asked[0], second: asked[1] });
  return person;
}

/// A case of an adult: a picture's fingerprint and two links, one to a platform that is told by webhook, one to one by mail.
async function file(node, round) {
  const person = new Plain(() => node.url, `10.9.8.${round}`);
  await person.send("/", { situation: "mine", lang: "en" });
  const mark = [{ fingerprints: [{ kind: "pdq", value: pdq(round), quality: 90 }], quality: 90 }];
  const links = `https://www.tiktok.com/@robin_22/video/${round} https://www.snapchat.com/add/robin_22_${round}`;
  const answers = [{ answer: "18" }, { answer: "links" }, { marks: JSON.stringify(mark) }, { links }, { message: "robin_22 posts it." }, { share: "1", later: "1", notices: "1" }];
  for (const [step, answer] of answers.entries()) await person.answer(`/s/${step + 1}`, `/s/${step + 1}`, answer);
  const page = await person.page("/s/7");
  const list = page.slice(page.indexOf('id="words"'), page.indexOf("</ol>"));
  const words = [...list.matchAll(/<li>([^<]+)/g)].map(([, word]) => word.trim());
  assert.equal(await person.send("/s/7", { word2: words[1], word5: words[4] }), "/c");
  return person;
}

function pdq(round) {
  return Array.from({ length: 32 }, (_, byte) => ((round * 37 + byte * 29) & 255).toString(16).padStart(2, "0")).join("");
}
