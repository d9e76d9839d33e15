// A passkey as a second factor: asks the browser, and sends what it says with the form.
//
// `<form hidden data-passkey="get" data-challenge="..." data-credentials="id id">` shows a passkey that is known;
// `data-passkey="create"`, with `data-user`, `data-name` and `data-site`, adds one. All bytes are base64url. The form stays hidden where the
// browser has no passkeys; what did not work is said in the form's `[role=alert]`.

const form = document.querySelector("form[data-passkey]");
const COSE_ES256 = -7;

if (form && window.PublicKeyCredential && navigator.credentials) {
  form.hidden = false;
  form.addEventListener("submit", ask);
}

async function ask(event) {
  if (form.elements.client_data.value) return;
  event.preventDefault();
  const said = form.querySelector("[role=alert]");
  said.hidden = true;
  try {
    const credential = form.dataset.passkey === "create" ? await create() : await get();
    const answer = credential.response;
    fill("id", credential.rawId);
    fill("client_data", answer.clientDataJSON);
    if (form.dataset.passkey === "create") {
      fill("authenticator_data", answer.getAuthenticatorData());
      fill("key", answer.getPublicKey());
    } else {
      fill("authenticator_data", answer.authenticatorData);
      fill("signature", answer.signature);
    }
    form.submit();
  } catch {
    // Cancelled, too late, or none that fits: nothing was sent.
    said.hidden = false;
  }
}

function create() {
  const { challenge, user, name, site, credentials } = form.dataset;
  return navigator.credentials.create({
    publicKey: {
      challenge: bytes(challenge),
      rp: { name: site },
      user: { id: bytes(user), name, displayName: name },
      pubKeyCredParams: [{ type: "public-key", alg: COSE_ES256 }],
      authenticatorSelection: { residentKey: "discouraged", userVerification: "preferred" },
      excludeCredentials: known(credentials),
      attestation: "none",
    },
  });
}

function get() {
  const { challenge, credentials } = form.dataset;
  return navigator.credentials.get({
    publicKey: { challenge: bytes(challenge), allowCredentials: known(credentials), userVerification: "preferred" },
  });
}

function known(ids) {
  return (ids ?? "").split(" ").filter(Boolean).map((id) => ({ type: "public-key", id: bytes(id) }));
}

function fill(name, buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  form.elements[name].value = btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function bytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}
