// A camera: what somebody's telephone reads from a square on a screen.

import jsqr from "jsqr";

/// Reads a square as it is drawn, from a picture of `shown`: of itself, or of the page around it. `page` is any page: a browser decodes the picture.
export async function read(page, square, shown = square) {
  await square.scrollIntoViewIfNeeded();
  const { data, width, height } = await pixels(page, await shown.screenshot());
  return jsqr(Uint8ClampedArray.from(data), width, height, { inversionAttempts: "dontInvert" })?.data;
}

function pixels(page, png) {
  return page.evaluate(async (source) => {
    const bytes = Uint8Array.from(atob(source), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const drawn = canvas.getContext("2d");
    drawn.drawImage(bitmap, 0, 0);
    const { data, width, height } = drawn.getImageData(0, 0, bitmap.width, bitmap.height);
    return { data: [...data], width, height };
  }, png.toString("base64"));
}
