// A real OpenID provider for the tests: one client, one account with a date of birth; signing in needs no hand.
// Argument, in JSON: where the client may be sent back to (`redirect`), the date of birth (`birthdate`), how the client shows its secret
// (`client`: "none", "client_secret_basic" or "client_secret_post"), what identity tokens are signed with (`algorithm`), and whether
// they hold the date of birth, or only the answer to whoever asks for it (`told`: "id_token" or "userinfo").
// Says its address as the first line. Keep its output open: it says more.

import crypto from "node:crypto";
import http from "node:http";
import Provider from "oidc-provider";

const { redirect, birthdate, client, algorithm, told } = JSON.parse(process.argv[2]);
const server = http.createServer();
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const issuer = `http://127.0.0.1:${server.address().port}`;

const pairs = {
  RS256: crypto.generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ES256: crypto.generateKeyPairSync("ec", { namedCurve: "P-256" }),
};
const keys = Object.entries(pairs).map(([alg, pair]) => ({ ...pair.privateKey.export({ format: "jwk" }), alg, use: "sig", kid: alg }));

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "rempart",
      ...(client === "none" ? {} : { client_secret: "a secret: 50% of it + more" }),
      token_endpoint_auth_method: client,
      id_token_signed_response_alg: algorithm,
      redirect_uris: [redirect],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  jwks: { keys },
  clientAuthMethods: [client],
  claims: { openid: ["sub"], age: ["birthdate"] },
  features: { claimsParameter: { enabled: true }, devInteractions: { enabled: false } },
  pkce: { required: () => true },
  cookies: { keys: ["of a test"] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: async (use) => ({ sub: id, name: "Robin", email: "robin@example", ...(use === told ? { birthdate } : {}) }),
  }),
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
