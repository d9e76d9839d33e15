// Attester and issuer, opened with their own key files: rows, secrets, and what somebody who has those can make of a visit.

import { createDecipheriv, createHash, createHmac, createPrivateKey, hkdfSync } from "node:crypto";

import { inverted, number } from "./adversary.js";

const NUMBER_BYTES = 256;
const PIECE_BYTES = 8;
const EXPONENT = 65_537n;

/// All that the two keep secret: the secrets in their databases, and the issuer's keys by their id.
export async function secretsOf(world) {
  const [attester, issuer] = await Promise.all(["attester", "issuer"].map(async (name) => ({ rows: await world.rows(name), ...nodeKey(await world.files(name)) })));
  const voucher = attester.open("age attester: vouchers", attester.rows.attester[0].voucher_secret);
  const log = issuer.open("age issuer: log", issuer.rows.issuer[0].log_secret);
  const signers = new Map(issuer.rows.key_secrets.map(({ key_id: id, sealed }) => {
    const key = createPrivateKey({ key: issuer.open("age issuer: key", sealed), format: "der", type: "pkcs8" });
    const { n, d } = key.export({ format: "jwk" });
    return [id, { modulus: number(Buffer.from(n, "base64url")), secret: number(Buffer.from(d, "base64url")) }];
  }));
  return { attester, issuer, signers, plain: [voucher, log, attester.key, issuer.key] };
}

/// A key file's key: what it opens, and the digests that only it can make.
function nodeKey(files) {
  const text = files.find(({ name }) => name.endsWith(".key")).bytes.toString().trim();
  const key = Buffer.from(text, "hex");
  const derived = (label) => Buffer.from(hkdfSync("sha256", key, Buffer.alloc(0), label, 32));
  const [sealing, digesting] = [derived("rempart node key: seal"), derived("rempart node key: digest")];
  return {
    key,
    open: (context, sealed) => open(sealing, context, Buffer.from(sealed, "hex")),
    digest: (...parts) => {
      const hmac = createHmac("sha256", digesting);
      for (const part of parts) {
        const length = Buffer.alloc(8);
        length.writeBigUInt64LE(BigInt(part.length));
        hmac.update(length).update(part);
      }
      return hmac.digest();
    },
  };
}

/// What could be made of these bytes, had somebody wanted to find them again: themselves, and digests with and without each key.
export function tracesOf(parts, { attester, issuer, plain }) {
  const digests = (bytes) => [
    createHash("sha256").update(bytes).digest(), createHash("sha384").update(bytes).digest(),
    attester.digest(bytes), issuer.digest(bytes),
    ...plain.map((key) => createHmac("sha256", key).update(bytes).digest()),
  ];
  return parts.flatMap((bytes) => [bytes, ...digests(bytes)]);
}

/// The same of a visit, with what only the issuer's secret key makes of its signature, and with the factor that would turn each blind
/// signature that was given into this one.
export function tracesOfVisit(visit, issued, secrets) {
  const { modulus, secret } = secrets.signers.get(visit.keyId);
  const signature = number(visit.authenticator);
  const message = power(signature, EXPONENT, modulus);
  const [bySignature, byMessage] = [inverted(signature, modulus), inverted(message, modulus)];
  const factors = issued.filter(({ keyId }) => keyId === visit.keyId).flatMap(({ blinded, signed }) => [
    ...signed.map((one) => (one * bySignature) % modulus),
    ...blinded.map((one) => (one * byMessage) % modulus),
  ]);
  const { token, tokenNonce, authenticator, publicKey, siteNonce, signature: possession, bytes } = visit;
  const numbers = [message, power(signature, secret, modulus)].map(bytesOf);
  return [...tracesOf([token, tokenNonce, authenticator, publicKey, siteNonce, possession, bytes, ...numbers], secrets), ...factors.map(bytesOf)];
}

/// Whether the secret key is the one that signed: what the issuer answered is what it makes of what was asked.
export const hasSigned = ({ keyId, blinded, signed }, { signers }) => {
  const { modulus, secret } = signers.get(keyId);
  return power(blinded[0], secret, modulus) === signed[0];
};

/// Which of these are in there, raw, as digits, or in the alphabet of addresses.
export function found(traces, places) {
  const byPiece = new Map();
  const forms = (bytes) => [bytes, Buffer.from(bytes.toString("hex")), Buffer.from(bytes.toString("base64url"))];
  for (const form of traces.flatMap(forms)) {
    const piece = form.readBigUInt64BE();
    byPiece.set(piece, [...(byPiece.get(piece) ?? []), form]);
  }
  const hits = [];
  for (const { name, bytes } of places) {
    for (let at = 0; at + PIECE_BYTES <= bytes.length; at += 1) {
      for (const form of byPiece.get(bytes.readBigUInt64BE(at)) ?? []) {
        if (form.equals(bytes.subarray(at, at + form.length))) hits.push(`${name} at ${at}: ${form.toString("hex")}`);
      }
    }
  }
  return hits;
}

/// Seeds that somebody who has both sides could guess: nothing, what they gave out to a person, what they keep secret.
export function seedsOf(vouchers, { plain }) {
  const digest = (bytes) => createHash("sha256").update(bytes).digest();
  const given = vouchers.flatMap((voucher) => [digest(voucher), Buffer.from(voucher, "base64url").subarray(1, 33)]);
  return [Buffer.alloc(32), ...given, ...plain];
}

/// For each visit, the persons of whom a batch is what one of these seeds makes for its one-time key.
export const guessed = ({ issued, visits, seeds, blind }) => visits.map(({ keyId, publicKey }) => seeds.flatMap((seed) => {
  const made = blind(keyId, publicKey, seed);
  const isIt = (one) => one.keyId === keyId && one.blinded.some((number, place) => number === made[place]);
  return issued.filter(isIt).map(({ person }) => person);
}));

/// XChaCha20-Poly1305, nonce first.
function open(key, context, envelope) {
  const [nonce, sealed, tag] = [envelope.subarray(0, 24), envelope.subarray(24, -16), envelope.subarray(-16)];
  const inner = Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]);
  const cipher = createDecipheriv("chacha20-poly1305", subkey(key, nonce.subarray(0, 16)), inner, { authTagLength: tag.length });
  cipher.setAAD(Buffer.from(context), { plaintextLength: sealed.length }).setAuthTag(tag);
  return Buffer.concat([cipher.update(sealed), cipher.final()]);
}

/// HChaCha20 (draft-irtf-cfrg-xchacha, section 2.2), which Node has not.
function subkey(key, nonce) {
  const words = (bytes) => Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readUInt32LE(at * 4));
  const state = Uint32Array.from([...words(Buffer.from("expand 32-byte k")), ...words(key), ...words(nonce)]);
  const mix = (into, from, turned, by) => {
    state[into] += state[from];
    const word = state[turned] ^ state[into];
    state[turned] = (word << by) | (word >>> (32 - by));
  };
  const quarter = (a, b, c, d) => (mix(a, b, d, 16), mix(c, d, b, 12), mix(a, b, d, 8), mix(c, d, b, 7));
  for (let round = 0; round < 10; round += 1) {
    for (let at = 0; at < 4; at += 1) quarter(at, 4 + at, 8 + at, 12 + at);
    for (let at = 0; at < 4; at += 1) quarter(at, 4 + ((at + 1) % 4), 8 + ((at + 2) % 4), 12 + ((at + 3) % 4));
  }
  const out = Buffer.alloc(32);
  [0, 1, 2, 3, 12, 13, 14, 15].forEach((word, at) => out.writeUInt32LE(state[word], at * 4));
  return out;
}

const bytesOf = (value) => Buffer.from(value.toString(16).padStart(NUMBER_BYTES * 2, "0"), "hex");

function power(base, exponent, modulus) {
  let [result, square] = [1n, base % modulus];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
