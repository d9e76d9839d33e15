// Following a node with types that were generated from its document: nothing here says what an entry looks like.

import createClient, { type Client } from "openapi-fetch";

import type { components, paths } from "../generated/node.js";

export type Change = components["schemas"]["Change"];
export type Node = Client<paths>;

/** A node, with a partner key. */
export function node(baseUrl: string, key: string): Node {
  return createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${key}` } });
}

/** What an answer carries, or an error with what the node says to do. */
export function answered<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) {
    throw new Error(`the node answered ${answer.response.status}: ${JSON.stringify(answer.error)}`);
  }
  return answer.data;
}

/** Every change after a number, and the number up to which they reach. */
export async function changesAfter(from: Node, after: number): Promise<{ changes: Change[]; through: number }> {
  const changes: Change[] = [];
  for (let through = after; ; ) {
    const page = answered(await from.GET("/api/v1/changes", { params: { query: { after: through, limit: 500 } } }));
    changes.push(...page.changes);
    if (page.through >= page.head) return { changes, through: page.through };
    if (page.through <= through) throw new Error("a page that does not lead on");
    through = page.through;
  }
}

/** What is known about one PDQ hash. The route also speaks a packed form, so that its answer is typed as either. */
export async function matches(of: Node, pdq: string): Promise<components["schemas"]["Matched"][]> {
  const answer = answered(await of.POST("/api/v1/match", { body: { queries: [{ pdq }] } }));
  if (typeof answer === "string") throw new Error("JSON was asked for, and something else came");
  return answer.results[0]?.matches ?? [];
}
