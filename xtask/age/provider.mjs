// A real OpenID provider for the tests: one client, one account with a date of birth; signing in needs no hand.
// Arguments: where the client may be sent back to, the date of birth. Says its address as the first line.

import http from "node:http";
import Provider from "oidc-provider";

const [redirect, birthdate] = process.argv.slice(2);
const server = http.createServer();
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "rempart",
      token_endpoint_auth_method: "none",
      redirect_uris: [redirect],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  claims: { openid: ["sub"], age: ["birthdate"] },
  features: { claimsParameter: { enabled: true }, devInteractions: { enabled: false } },
  pkce: { required: () => true },
  cookies: { keys: ["of a test"] },
  findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, birthdate, name: "Robin", email: "robin@example" }) }),
  interactions: { url: (_, interaction) => `/in/${interaction.uid}` },
  async loadExistingGrant(context) {
    const { client, session } = context.oidc;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope("openid");
    grant.addOIDCClaims(["birthdate"]);
    await grant.save();
    return grant;
  },
});

const callback = provider.callback();
server.on("request", async (request, response) => {
  if (!request.url.startsWith("/in/")) return callback(request, response);
  await provider.interactionDetails(request, response);
  const signed = { login: { accountId: "robin" } };
  await provider.interactionFinished(request, response, signed, { mergeWithLastSubmission: false });
});
console.log(issuer);
