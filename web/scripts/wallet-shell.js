// Answers for the wallet's host from what was kept, so that opening the wallet asks nobody. `KEPT` (all files, both pages) and
// `NAME` (their digest) stand before this text. It sees no question: what stands behind `#` is not part of what is fetched.

addEventListener("install", (event) => {
  const fresh = KEPT.map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open(NAME).then((kept) => kept.addAll(fresh)));
});

addEventListener("activate", (event) => {
  const others = (names) => Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(others).then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { origin, pathname, searchParams } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  const path = pathname === "/" ? `/?lang=${language(searchParams.get("lang"))}` : pathname;
  event.respondWith(caches.open(NAME).then((kept) => kept.match(path)).then((found) => found ?? fetch(event.request)));
});

/// The one asked for, else the first of the browser's that there is.
function language(asked) {
  const wished = [asked ?? "", ...navigator.languages].map((one) => one.slice(0, 2).toLowerCase());
  return wished.find((one) => one === "fr" || one === "en") ?? "en";
}
