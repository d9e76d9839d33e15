// A browser that only speaks HTTP: cookies, forms, where they lead. For what needs no page to be seen.

import assert from "node:assert/strict";

const REDIRECTS_MAX = 8;

export class Plain {
  /// Of somebody at this address. `base()` gives where the node is now: it moves when it is started anew.
  constructor(base, address) {
    Object.assign(this, { base, address, cookies: new Map(), token: "" });
  }

  /// Asks for a page, and goes where it leads.
  async page(path) {
    let answer = await this.ask(path);
    for (let hops = 0; answer.to && hops < REDIRECTS_MAX; hops++) answer = await this.ask(answer.to);
    assert.equal(answer.status, 200, `${path}: ${answer.status} ${answer.text}`);
    return answer.text;
  }

  /// Sends a form with the token of the page that was seen last; gives where it leads. It must be taken.
  async send(path, fields) {
    const answer = await this.ask(path, { method: "POST", body: new URLSearchParams({ t: this.token, ...fields }) });
    assert.equal(answer.status, 303, `${path}: ${answer.status} ${answer.text}`);
    return answer.to;
  }

  /// The same with the token of the page at `from`, which is asked for first.
  async answer(from, path, fields) {
    await this.page(from);
    return this.send(path, fields);
  }

  async ask(path, options = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { cookie, "x-forwarded-for": this.address, "accept-language": "en" };
    const answer = await fetch(this.base() + path, { ...options, headers, redirect: "manual" });
    for (const set of answer.headers.getSetCookie()) {
      const [name, value] = set.split(";")[0].split("=");
      this.cookies.set(name, value);
    }
    const text = await answer.text();
    this.token = text.match(/name="t" value="([^"]+)"/)?.[1] ?? this.token;
    return { status: answer.status, text, to: answer.headers.get("location") };
  }
}
