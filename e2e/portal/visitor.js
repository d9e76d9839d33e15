// A visitor: Chromium, its own address (the node counts tries by address), and everything that it asked for.

import { chromium } from "playwright-core";
import { after } from "node:test";

/// Where the node listens, without a slash at the end; the browser; the binary, for `rempart hash` and a node of one's own; a Python with
/// a mail server; where screenshots go.
export const PORTAL = needed("REMPART_E2E_URL");
export const BINARY = needed("REMPART_E2E_BINARY");
export const PYTHON = needed("REMPART_E2E_PYTHON");
export const SCREENSHOTS = needed("REMPART_E2E_SCREENSHOTS");
const CHROMIUM = needed("REMPART_E2E_CHROMIUM");

/// Neutral places that leaving goes to. They are answered here: nothing leaves the machine.
export const AWAY = ["https://www.bbc.com/weather", "https://meteofrance.com/"];

/// For one step, in milliseconds. Long: this runs beside other work on few cores.
const PATIENCE = 30_000;

let launched;
let visitors = 0;

/// The browser of this process. It finds this machine, hosts below localhost too, and nothing else.
export async function browser() {
  launched ??= chromium.launch({
    executablePath: CHROMIUM,
    // The superuser's browser has no sandbox of its own; it sees nothing but our pages.
    chromiumSandbox: process.getuid() !== 0,
    args: ["--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
  });
  return launched;
}

after(async () => (await launched)?.close());

/// Opens a context and its first page. `options` are Playwright's, and `address` to be counted as somebody who was here.
export async function visitor({ address = newAddress(), ...options } = {}) {
  const context = await (await browser()).newContext({
    viewport: { width: 320, height: 640 },
    locale: "en-GB",
    extraHTTPHeaders: { "x-forwarded-for": address },
    ...options,
  });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  await answerFor(context, page);
  return { context, page, address, close: () => context.close() };
}

/// Answers for the neutral sites. Leaving redirects to them, and Playwright's own routes do not see redirects.
async function answerFor(context, page) {
  const session = await context.newCDPSession(page);
  const body = Buffer.from("<!doctype html><title>Weather</title><h1>Sunny</h1>").toString("base64");
  const responseHeaders = [{ name: "content-type", value: "text/html" }];
  session.on("Fetch.requestPaused", ({ requestId }) => {
    session.send("Fetch.fulfillRequest", { requestId, responseCode: 200, responseHeaders, body }).catch(() => {});
  });
  await session.send("Fetch.enable", { patterns: AWAY.map((place) => ({ urlPattern: `${new URL(place).origin}/*` })) });
}

/// An address that nobody had yet in this process: the last two numbers count, the second one is the process.
function newAddress() {
  visitors += 1;
  return `10.${process.pid % 250}.${visitors >> 8}.${visitors & 255}`;
}

function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; \`cargo xtask test --only e2e\` sets it`);
  return value;
}
