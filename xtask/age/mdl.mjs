// As mdoc.mjs, with the same arguments, by another implementation's issuer and holder. It knows no OpenID4VP 1.0: what its holder signs
// for a request is put together here (appendix B.2.6.1).

import crypto from "node:crypto";
import fs from "node:fs";
import { DataItem, DeviceResponse, Document, MDoc } from "@auth0/mdl";

const [keyFile, certificateFile, request, attributes, seconds, days] = process.argv.slice(2);
const docType = "eu.europa.ec.av.1";

const issuerKey = crypto.createPrivateKey(fs.readFileSync(keyFile)).export({ format: "jwk" });
const device = crypto.generateKeyPairSync("ec", { namedCurve: "P-256" });
const [deviceKey, devicePublic] = [device.privateKey, device.publicKey].map((key) => key.export({ format: "jwk" }));
const from = new Date(Number(seconds) * 1000);

const issued = await new Document(docType)
  .addIssuerNameSpace(docType, JSON.parse(attributes))
  .useDigestAlgorithm("SHA-256")
  .addValidityInfo({ signed: from, validFrom: from, validUntil: new Date(from.getTime() + Number(days) * 86_400_000) })
  .addDeviceKeyInfo({ deviceKey: devicePublic })
  .sign({ issuerPrivateKey: issuerKey, issuerCertificate: fs.readFileSync(certificateFile, "utf8"), alg: "ES256" });

const asked = new URL(request).searchParams;
const info = DataItem.fromData([asked.get("client_id"), asked.get("nonce"), null, asked.get("response_uri")]).buffer;
const digest = crypto.createHash("sha256").update(info).digest();
const transcript = DataItem.fromData(DataItem.fromData([null, null, ["OpenID4VPHandover", digest]])).buffer;

const [{ claims }] = JSON.parse(asked.get("dcql_query")).credentials;
const fields = claims.map(({ path: [space, name] }) => ({ path: [`$['${space}']['${name}']`], intent_to_retain: false }));
const presented = await DeviceResponse.from(new MDoc([issued]))
  .usingPresentationDefinition({
    id: "age",
    input_descriptors: [{ id: docType, format: { mso_mdoc: { alg: ["ES256"] } }, constraints: { limit_disclosure: "required", fields } }],
  })
  .usingSessionTranscriptBytes(transcript)
  .authenticateWithSignature(deviceKey, "ES256")
  .sign();
console.log(Buffer.from(presented.encode()).toString("base64url"));
