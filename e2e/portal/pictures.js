// Neutral pictures, drawn: gradients and shapes. Nothing here was ever photographed.

import zlib from "node:zlib";

/// Bytes that stand in every picture, to be looked for in what leaves the browser.
export const PLANTED = "planted-4f1c9e-never-leaves";

/// A PNG of waves with discs on them; another `seed` is another picture.
export function png({ seed = 1, width = 320, height = 240, chunks = [] } = {}) {
  const rows = Buffer.alloc(height * (1 + 3 * width));
  const discs = Array.from({ length: 16 }, (_, at) => ({
    x: noise(seed, at, 1) * width,
    y: noise(seed, at, 2) * height,
    r: (0.04 + 0.1 * noise(seed, at, 3)) * width,
    colour: [1, 2, 3].map((part) => 255 * noise(seed, at, 3 + part)),
  }));
  const waves = [8, 9].map((part) => 12 + 20 * noise(seed, 9, part));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const disc = discs.findLast((one) => (one.x - x) ** 2 + (one.y - y) ** 2 < one.r ** 2);
      const wave = 1 + Math.sin((waves[0] * x) / width) * Math.sin((waves[1] * y) / height);
      const colour = disc?.colour ?? [(255 * x) / width, 127 * wave, (255 * y) / height];
      rows.set(colour.map(Math.round), y * (1 + 3 * width) + 1 + 3 * x);
    }
  }
  return file(header(width, height, 8, 2), [chunk("tEXt", Buffer.from(`Comment\0${PLANTED}`)), ...chunks], rows);
}

/// A PNG all of one grey: too plain to be recognised.
export function plain(width, height) {
  return file(header(width, height, 8, 0), [], Buffer.alloc(height * (1 + width)));
}

/// A PNG that says that it has 300 million pixels, and has none.
export function boastful() {
  return file(header(20_000, 15_000, 8, 2), [], Buffer.alloc(0));
}

/// A picture with a hundred megabytes of nothing folded into chunks of text and of a colour profile.
export function bomb() {
  const folded = zlib.deflateSync(Buffer.alloc(50_000_000));
  const named = (name) => Buffer.concat([Buffer.from(`${name}\0\0`), folded]);
  return png({ seed: 77, chunks: [chunk("iCCP", named("profile")), chunk("zTXt", named("Comment"))] });
}

/// A JPEG, encoded by the browser from one of our PNGs.
export async function jpeg(page, options) {
  const encoded = await page.evaluate(async (source) => {
    const bytes = Uint8Array.from(atob(source), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
    return btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())));
  }, png(options).toString("base64"));
  const bytes = Buffer.from(encoded, "base64");
  const comment = Buffer.from(PLANTED);
  const marker = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
  return Buffer.concat([bytes.subarray(0, 2), marker, comment, bytes.subarray(2)]);
}

function file(head, chunks, rows) {
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, head, ...chunks, chunk("IDAT", zlib.deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

function header(width, height, depth, colour) {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, colour], 8);
  return chunk("IHDR", data);
}

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind, "latin1"), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(checksum(body), body.length + 4);
  return whole;
}

/// CRC-32 as in PNG; Node has one of its own from version 22 on.
function checksum(bytes) {
  if (zlib.crc32) return zlib.crc32(bytes);
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

/// A number in 0..1, always the same for the same three.
function noise(...numbers) {
  const mixed = numbers.reduce((sum, number) => Math.imul(sum ^ number, 0x9e3779b1) + 0x7f4a7c15, 0x1234567);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}
