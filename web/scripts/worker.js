// Sees the pictures, and nothing else does: takes a file, says its fingerprints. It asks the network for its own module
// when it starts and for nothing afterwards; no byte of a picture leaves it but the 256 grey squares of the thumbnail.
//
// In:  { id, file, exactOnly }         one file at a time; exactOnly: its digests, as the picture was too much once
//      { cancel: id }                  give it up
//      { challenge, bits }             solve a puzzle (challenge: Uint8Array)
// Out: { ready: true } | { ready: false }
//      { id, thumbnail }               16 x 16 bytes of grey
//      { id, found }                   { kind, quality, fingerprints, views }; kind is told at `fingerprintsOf`
//      { id, cancelled: true }
//      { nonce }                       decimal digits, or null if the puzzle is refused
//      { ready: false }                also when the module has broken: start another worker

import init, { FileDigests, Picture, Puzzle, picture_size, without_orientation } from "./rempart.js";

const HEAD_BYTES = 256 * 1024;
const CHUNK_BYTES = 4 * 1024 * 1024;
const BAND_PIXELS = 1024 * 1024;
const PIXELS_MAX = 200_000_000;
const THUMBNAIL_SIDE = 16;
const PUZZLE_TRIES = 50_000;

/// Pixels as they are in the file: no colour management, transparency not multiplied in, as the server reads them.
const AS_STORED = { colorSpaceConversion: "none", premultiplyAlpha: "none" };

class Cancelled extends Error {}

let working;
let cancelled;

const ready = init({ module_or_path: new URL("./rempart_bg.wasm", import.meta.url) }).then(
  () => postMessage({ ready: true }),
  () => postMessage({ ready: false }),
);

addEventListener("message", async ({ data }) => {
  if (data.cancel !== undefined) {
    if (data.cancel === working) cancelled = working;
    return;
  }
  await ready;
  if (data.challenge) {
    postMessage({ nonce: await solve(data.challenge, data.bits) });
    return;
  }
  working = data.id;
  cancelled = undefined;
  try {
    postMessage({ id: data.id, found: await fingerprintsOf(data) });
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) postMessage({ ready: false });
    else if (error instanceof Cancelled) postMessage({ id: data.id, cancelled: true });
    else postMessage({ id: data.id, found: { kind: "unreadable", quality: null, fingerprints: [], views: [] } });
  }
  working = undefined;
});

/// `kind` is "ready"; "plain" (too little to see, so only the exact digests); "exact" (a video, or a picture that this
/// browser does not read); "large" (more pixels than this device can go through); "hidden" (the browser gives false
/// pixels to every page, as some do against being recognised). A file that cannot be read throws, and so does an empty one:
/// all empty files are alike.
async function fingerprintsOf({ id, file, exactOnly }) {
  if (file.size === 0) throw new Error("empty");
  let looks = { kind: "large" };
  if (!exactOnly) looks = file.type.startsWith("video/") ? { kind: "exact" } : await looksOf(file, id);
  const digests = await digestsOf(file);
  return {
    kind: looks.kind,
    quality: looks.quality ?? null,
    fingerprints: [...(looks.fingerprints ?? []), ...digests],
    views: looks.views ?? [],
  };
}

async function digestsOf(file) {
  const digests = new FileDigests();
  try {
    for (let begin = 0; begin < file.size; begin += CHUNK_BYTES) {
      digests.push(new Uint8Array(await file.slice(begin, begin + CHUNK_BYTES).arrayBuffer()));
      await pause();
    }
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) digests.free();
    throw error;
  }
  return JSON.parse(digests.finish());
}

async function looksOf(file, id) {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const size = picture_size(head);
  if (size && size.width * size.height > PIXELS_MAX) return { kind: "large" };
  let bitmap;
  try {
    bitmap = await createImageBitmap(new Blob([without_orientation(head), file.slice(HEAD_BYTES)]), AS_STORED);
  } catch {
    return { kind: "exact" };
  }
  try {
    await pause();
    if (bitmap.width * bitmap.height > PIXELS_MAX) return { kind: "large" };
    if (!canvasTellsTheTruth()) return { kind: "hidden" };
    postMessage({ id, thumbnail: thumbnailOf(bitmap) });
    return await hashed(bitmap);
  } finally {
    bitmap.close();
  }
}

/// Goes over the picture in bands, so that no canvas is ever large.
async function hashed(bitmap) {
  const { width, height } = bitmap;
  let picture;
  try {
    picture = new Picture(width, height);
  } catch {
    return { kind: "large" };
  }
  const bandRows = Math.max(1, Math.min(height, Math.floor(BAND_PIXELS / width)));
  const context = new OffscreenCanvas(width, bandRows).getContext("2d", { willReadFrequently: true });
  try {
    for (let top = 0; top < height; top += bandRows) {
      const rows = Math.min(bandRows, height - top);
      picture.push(await bandOf(bitmap, context, top, rows));
      await pause();
    }
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    picture.free();
    if (error instanceof Cancelled) throw error;
    return { kind: "large" };
  }
  const found = JSON.parse(picture.finish());
  return { kind: found.fingerprints.length > 0 ? "ready" : "plain", ...found };
}

async function bandOf(bitmap, context, top, rows) {
  context.clearRect(0, 0, bitmap.width, rows);
  context.drawImage(bitmap, 0, top, bitmap.width, rows, 0, 0, bitmap.width, rows);
  const { data } = context.getImageData(0, 0, bitmap.width, rows);
  for (let alpha = 3; alpha < data.length; alpha += 4) {
    if (data[alpha] !== 255) return (await storedColours(bitmap, top, rows)) ?? data;
  }
  return data;
}

/// A canvas forgets the colour of what is transparent; a texture does not. Nothing where there are no textures.
async function storedColours(bitmap, top, rows) {
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2");
  if (!gl || bitmap.width > gl.getParameter(gl.MAX_TEXTURE_SIZE)) return undefined;
  const band = await createImageBitmap(bitmap, 0, top, bitmap.width, rows, AS_STORED);
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, band);
  band.close();
  const texture = gl.getParameter(gl.TEXTURE_BINDING_2D);
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  const data = new Uint8Array(bitmap.width * rows * 4);
  gl.readPixels(0, 0, bitmap.width, rows, gl.RGBA, gl.UNSIGNED_BYTE, data);
  const failed = gl.getError() !== gl.NO_ERROR;
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return failed ? undefined : data;
}

/// Whether what is drawn is what is read: some browsers answer with noise.
function canvasTellsTheTruth() {
  const side = 8;
  const drawn = new ImageData(side, side);
  for (let at = 0; at < drawn.data.length; at++) drawn.data[at] = at % 4 === 3 ? 255 : (at * 37) % 256;
  const context = new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true });
  context.putImageData(drawn, 0, 0);
  const read = context.getImageData(0, 0, side, side).data;
  return read.every((value, at) => Math.abs(value - drawn.data[at]) <= 2);
}

function thumbnailOf(bitmap) {
  const context = new OffscreenCanvas(THUMBNAIL_SIDE, THUMBNAIL_SIDE).getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "medium";
  const side = Math.min(bitmap.width, bitmap.height);
  const [left, top] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
  context.drawImage(bitmap, left, top, side, side, 0, 0, THUMBNAIL_SIDE, THUMBNAIL_SIDE);
  const { data } = context.getImageData(0, 0, THUMBNAIL_SIDE, THUMBNAIL_SIDE);
  const grey = new Uint8ClampedArray(THUMBNAIL_SIDE * THUMBNAIL_SIDE);
  for (let at = 0; at < grey.length; at++) {
    grey[at] = 0.299 * data[4 * at] + 0.587 * data[4 * at + 1] + 0.114 * data[4 * at + 2];
  }
  return grey;
}

async function solve(challenge, bits) {
  let puzzle;
  try {
    puzzle = new Puzzle(challenge, bits);
  } catch {
    return null;
  }
  for (;;) {
    const nonce = puzzle.step(PUZZLE_TRIES);
    if (nonce !== undefined) return nonce;
    await pause();
  }
}

/// Lets messages in, and gives a cancelled file up.
function pause() {
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      if (working !== undefined && cancelled === working) reject(new Cancelled());
      else resolve();
    };
    port2.postMessage(null);
  });
}
