// Stands before a server and writes down every byte that goes in and out. A site's recorder is the site's proxy too: it asks the
// verifier before it shows anything, as deploy/age has nginx do it.

import { createServer, request as ask } from "node:http";

/// Listens under a host of its own; `serve(upstream)` says later where the server is, `isSite` that there is a site behind it.
export async function recorder(host, { isSite = false } = {}) {
  const records = [];
  let upstream;
  let tamper = (_, answer) => answer;
  const server = createServer(async (request, response) => {
    const body = await whole(request);
    const record = { host, at: performance.now(), method: request.method, url: request.url, headers: request.rawHeaders, body };
    records.push(record);
    const answer = await answered(request, body).then((honest) => tamper(request, honest)).catch((error) => ({ status: 502, headers: {}, body: Buffer.from(String(error)) }));
    Object.assign(record, { status: answer.status, answerHeaders: answer.headers, answer: answer.body });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  // A test that failed before it could stop anything ends all the same.
  server.unref();

  async function answered(request, body) {
    if (!isSite || request.url.startsWith("/age/")) return passOn(request.method, request.url, request.headers, body);
    const { cookie = "" } = request.headers;
    const { status } = await passOn("GET", "/age/auth", { cookie }, Buffer.alloc(0));
    if (status === 204) return { status: 200, headers: { "content-type": "text/html" }, body: Buffer.from("<!doctype html><title>Inside</title><h1>Inside</h1>") };
    const location = `/age/gate?${new URLSearchParams({ back: request.url })}`;
    return { status: 303, headers: { location }, body: Buffer.alloc(0) };
  }

  function passOn(method, path, headers, body) {
    return new Promise((resolve, reject) => {
      const sent = ask(new URL(path, upstream), { method, headers: { ...headers, "accept-encoding": "identity", connection: "close" } }, async (got) => {
        const { "transfer-encoding": _, ...kept } = got.headers;
        resolve({ status: got.statusCode, headers: kept, body: await whole(got) });
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  return {
    host,
    records,
    origin: `http://${host}:${port}`,
    // For programs, which know no names below localhost.
    direct: `http://127.0.0.1:${port}`,
    serve: (address) => (upstream = address),
    /// From now on answers are changed by this.
    tamper: (change) => (tamper = change),
    stop: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))),
  };
}

/// All that went in, as one text of bytes.
export const wentIn = ({ method, url, headers, body }) => Buffer.concat([Buffer.from(`${method} ${url}\n${headers.join("\n")}\n\n`), body]);

/// All that went in and out.
export const bytesOf = (record) =>
  Buffer.concat([wentIn(record), Buffer.from(`\n${JSON.stringify(record.answerHeaders)}\n`), record.answer ?? Buffer.alloc(0)]);

async function whole(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
