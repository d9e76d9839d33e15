// Cloudflare's client of Privacy Pass against our issuer and verifier, then its origin on a token of ours.
// Arguments: the issuer's address, the verifier's, a voucher, one of our tokens with its challenge (base64url).
// Says one line of JSON.

import { AuthorizationHeader, Token, WWWAuthenticateHeader, publicVerif } from "@cloudflare/privacypass-ts";

const [issuer, verifier, voucher, ours] = process.argv.slice(2);
const { BlindRSAMode, Client, Origin, convertRSASSAPSSToEnc } = publicVerif;
const said = {};

// The site asks, as RFC 9577 has it.
const asked = await fetch(`${verifier}/age/token`);
said.asked = asked.status;
const [header] = WWWAuthenticateHeader.parse(asked.headers.get("WWW-Authenticate"));
said.challenge = { issuer: header.challenge.issuerName, origin: header.challenge.originInfo };

// Its key is one of the issuer's directory.
const directory = await (await fetch(`${issuer}/.well-known/private-token-issuer-directory`)).json();
const texts = directory["token-keys"].map((key) => key["token-key"]);
const key = Buffer.from(header.tokenKey).toString("base64url");
said.listed = texts.some((text) => text.replaceAll("=", "") === key);

// A token, blindly.
const client = new Client(BlindRSAMode.PSS);
const request = await client.createTokenRequest(header.challenge, header.tokenKey);
const signed = await fetch(new URL(directory["issuer-request-uri"], issuer), {
  method: "POST",
  headers: { "content-type": "application/private-token-request", authorization: `Voucher ${voucher}` },
  body: request.serialize(),
});
said.signed = { status: signed.status, type: signed.headers.get("content-type") };
const answer = client.deserializeTokenResponse(new Uint8Array(await signed.arrayBuffer()));
const token = await client.finalize(answer);

// Spent once.
const spend = () => fetch(`${verifier}/age/token`, { headers: { Authorization: new AuthorizationHeader(token).toString() } });
const first = await spend();
said.first = { status: first.status, cookie: first.headers.get("set-cookie") !== null };
said.second = (await spend()).status;

// And its own origin believes a token that our holder made.
const { token: bytes, key: spki } = JSON.parse(Buffer.from(ours, "base64url").toString());
const origin = new Origin(BlindRSAMode.PSS, []);
const made = Token.deserialize(publicVerif.BLIND_RSA, new Uint8Array(Buffer.from(bytes, "base64url")));
const imported = await crypto.subtle.importKey(
  "spki",
  convertRSASSAPSSToEnc(new Uint8Array(Buffer.from(spki, "base64url"))),
  { name: "RSA-PSS", hash: "SHA-384" },
  true,
  ["verify"],
);
said.ours = await origin.verify(made, imported);
console.log(JSON.stringify(said));
