// Everybody together against the person: given all that attester, issuer and sites saw and wrote, says for each visit whose it was.
//
// It knows: every batch with the voucher it came with, blinded messages, blind signatures and times; every redemption with token,
// one-time key, question, signature and time; and, by `insider.js`, logs, rows and secret keys of attester and issuer.
//
// What it looks for, each a way in which wallets have failed or could:
//   bytes      anything of eight bytes that a visit shares with one person's requests and with nobody else's
//   blinding   the factor that would turn a batch's message into a visit's token exists for every pair; it speaks only if it
//              comes up twice (one factor, or one seed, used again) or is small
//   seed       all blinding of a batch comes out of something that attester or issuer know (`insider.js` guesses)
//   time       with nothing else: whoever asked last before the visit

const WINDOW = 8;
const SMALL = 1n << 1024n;
const TOKEN_BYTES = 354;
const NUMBER_BYTES = 256;
const BATCH_HEAD = 1 + 110 + 32;

/// A redemption as the site got it.
export function redemption(text) {
  const bytes = Buffer.from(text, "base64url");
  const token = bytes.subarray(1, 1 + TOKEN_BYTES);
  return {
    bytes, token,
    tokenNonce: token.subarray(2, 34),
    keyId: token.subarray(66, 98).toString("hex"),
    authenticator: token.subarray(98),
    publicKey: bytes.subarray(355, 420),
    siteNonce: bytes.subarray(420, 452),
    signature: bytes.subarray(452),
  };
}

/// A batch as the issuer got it, and its answer.
export function batch(request, answer) {
  const numbers = (bytes) => Array.from({ length: bytes.length / NUMBER_BYTES }, (_, at) => number(bytes.subarray(at * NUMBER_BYTES, (at + 1) * NUMBER_BYTES)));
  return {
    voucher: request.subarray(1, 111).toString("base64url"),
    keyId: request.subarray(111, 143).toString("hex"),
    blinded: numbers(request.subarray(BATCH_HEAD)),
    signed: numbers(answer),
  };
}

/// `issued`: { person, at, raw, keyId, signed }; `visits`: { at, raw, keyId, authenticator }; `moduli` by key id; `seeded`: for each visit, the
/// persons whose blinding was guessed. Gives a person for each visit.
export function accuse({ issued, visits, moduli, seeded }) {
  const persons = [...new Set(issued.map(({ person }) => person))];
  const byBytes = shared(issued);
  const byBlinding = repeated(issued, visits, moduli);
  return visits.map((visit, place) => {
    const score = new Map(persons.map((person) => [person, 0]));
    const add = (person, much) => score.set(person, score.get(person) + much);
    for (const person of byBytes(visit.raw)) add(person, 1);
    for (const person of byBlinding[place]) add(person, 1);
    for (const person of seeded[place]) add(person, 1);
    const last = issued.filter(({ at }) => at <= visit.at).sort((one, other) => other.at - one.at)[0];
    if (last) add(last.person, 0.5);
    const best = Math.max(...score.values());
    return persons.find((person) => score.get(person) === best);
  });
}

/// Pieces that only one person's requests have.
function shared(issued) {
  const owners = new Map();
  for (const { person, raw } of issued) {
    for (const piece of pieces(raw)) owners.set(piece, owners.has(piece) && owners.get(piece) !== person ? null : person);
  }
  return (raw) => [...pieces(raw)].map((piece) => owners.get(piece)).filter((owner) => owner !== undefined && owner !== null);
}

const pieces = (raw) => new Set(Array.from({ length: Math.max(0, raw.length - WINDOW + 1) }, (_, at) => raw.toString("latin1", at, at + WINDOW)));

/// For each visit, the persons whose blinding factor came up twice or is small.
function repeated(issued, visits, moduli) {
  const seen = new Map();
  visits.forEach((visit, place) => {
    const modulus = moduli.get(visit.keyId);
    const inverse = inverted(number(visit.authenticator), modulus);
    for (const { person, keyId, signed } of issued) {
      if (keyId !== visit.keyId) continue;
      for (const one of signed) {
        const factor = (one * inverse) % modulus;
        const key = factor < SMALL ? `small ${factor}` : factor.toString(36);
        seen.set(key, [...(seen.get(key) ?? []), { place, person }]);
      }
    }
  });
  const found = visits.map(() => []);
  for (const [key, pairs] of seen) {
    if (pairs.length > 1 || key.startsWith("small")) pairs.forEach(({ place, person }) => found[place].push(person));
  }
  return found;
}

/// Pairs of visits that share something which not all visits share: a key, a token, a signature.
export function linked(visits) {
  const counts = new Map();
  const all = visits.map(({ own }) => pieces(own));
  for (const set of all) for (const piece of set) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  // What a whole week shares is in every one of them.
  return [...counts.values()].filter((count) => count > 1).length;
}

/// So many right guesses that pure guessing among `persons` gets past them less often than once in a million.
export function bound(visits, persons, chance = 1e-6) {
  const right = 1 / persons;
  let [tail, term] = [0, right ** visits];
  for (let hits = visits; hits >= 0; hits -= 1) {
    tail += term;
    if (tail > chance) return hits;
    term *= (hits / (visits - hits + 1)) * ((1 - right) / right);
  }
  return 0;
}

export const number = (bytes) => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);

export function inverted(value, modulus) {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
  while (b > 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  return ((x % modulus) + modulus) % modulus;
}
