// An issuer and a holder of age proofs as mdocs, by somebody else's code: issues `eu.europa.ec.av.1` and presents it to an OpenID4VP
// request. Arguments: the issuer's key and certificate, perhaps with others up to a root (PEM files), the request, the age attributes (JSON), the moment (seconds), the
// days it is good for. Says the presentation, base64url.

import crypto from "node:crypto";
import fs from "node:fs";
import { CoseKey, DeviceKey, DeviceRequest, DocRequest, Holder, Issuer, ItemsRequest, SessionTranscript, SignatureAlgorithm } from "@owf/mdoc";

const [keyFile, certificateFile, request, attributes, seconds, days] = process.argv.slice(2);
const docType = "eu.europa.ec.av.1";

const toKey = (key) => crypto.createPrivateKey({ key: key.jwk, format: "jwk" });
const context = {
  crypto: {
    random: (bytes) => new Uint8Array(crypto.randomBytes(bytes)),
    digest: ({ digestAlgorithm, bytes }) => new Uint8Array(crypto.createHash(digestAlgorithm.replace("-", "").toLowerCase()).update(bytes).digest()),
  },
  cose: {
    sign1: {
      sign: ({ toBeSigned, key }) => new Uint8Array(crypto.sign("sha256", toBeSigned, { key: toKey(key), dsaEncoding: "ieee-p1363" })),
    },
  },
};

const issuerJwk = crypto.createPrivateKey(fs.readFileSync(keyFile)).export({ format: "jwk" });
const deviceJwk = crypto.generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
const chain = fs.readFileSync(certificateFile, "utf8").match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
const certificates = chain.map((pem) => new Uint8Array(new crypto.X509Certificate(pem).raw));
const now = new Date(Number(seconds) * 1000);

const issuer = new Issuer(docType, context).addIssuerNamespace(docType, JSON.parse(attributes));
const issuerSigned = await issuer.sign({
  signingKey: CoseKey.fromJwk(issuerJwk),
  algorithm: SignatureAlgorithm.ES256,
  digestAlgorithm: "SHA-256",
  validityInfo: { signed: now, validFrom: now, validUntil: new Date(now.getTime() + Number(days) * 86_400_000) },
  deviceKeyInfo: { deviceKey: DeviceKey.fromJwk({ ...deviceJwk, d: undefined }) },
  certificates,
});

const asked = new URL(request).searchParams;
const sessionTranscript = await SessionTranscript.forOid4Vp(
  { clientId: asked.get("client_id"), nonce: asked.get("nonce"), responseUri: asked.get("response_uri") },
  context,
);
const [{ meta, claims }] = JSON.parse(asked.get("dcql_query")).credentials;
const elements = Object.fromEntries(claims.map(({ path: [, name] }) => [name, false]));
const deviceRequest = DeviceRequest.create({
  docRequests: [DocRequest.create({ itemsRequest: ItemsRequest.create({ docType: meta.doctype_value, namespaces: { [docType]: elements } }) })],
});
const response = await Holder.createDeviceResponseForDeviceRequest(
  { deviceRequest, sessionTranscript, issuerSigned: [issuerSigned], signature: { signingKey: CoseKey.fromJwk({ ...deviceJwk, alg: "ES256" }) } },
  context,
);
console.log(Buffer.from(response.encode()).toString("base64url"));
