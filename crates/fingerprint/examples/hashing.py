"""Makes pictures for the example `hashing` and times the reference on them.

    hashing.py OUT [FOLDER]

Writes OUT/WIDTHxHEIGHT-INDEX.rgb, and OUT/sizes.txt with a line "WIDTH HEIGHT COUNT MILLISECONDS" a size: the mean over
the pictures of the least time on a processor that pdqhash.compute took.
"""

import pathlib
import sys
import time

import numpy
import pdqhash
from PIL import Image

SIZES = ((512, 512, 60, 3), (1024, 1024, 30, 2), (4000, 3000, 12, 1))


def main():
    out = pathlib.Path(sys.argv[1])
    files = sorted(pathlib.Path(sys.argv[2]).rglob("*.jpg")) if len(sys.argv) > 2 else []
    random = numpy.random.default_rng(1)
    with open(out / "sizes.txt", "w") as sizes:
        for width, height, count, runs in SIZES:
            total = 0
            for index in range(count):
                source = Image.open(files[index * 7 % len(files)]).convert("RGB") if files else drawn(random)
                picture = cut(random, source, width, height)
                picture.tofile(out / f"{width}x{height}-{index}.rgb")
                total += min(timed(picture) for _ in range(runs))
            sizes.write(f"{width} {height} {count} {total / count * 1000}\n")


def timed(picture):
    begin = time.thread_time()
    pdqhash.compute(picture)
    return time.thread_time() - begin


def cut(random, image, width, height):
    """A part of the picture in the size asked for, with the noise of a sensor."""
    share = random.uniform(0.6, 1) * min(image.width / width, image.height / height)
    across, down = int(width * share), int(height * share)
    left, top = (int(random.integers(0, rest + 1)) for rest in (image.width - across, image.height - down))
    part = image.crop((left, top, left + across, top + down)).resize((width, height), Image.LANCZOS)
    return numpy.clip(numpy.asarray(part) + random.normal(0, 2, (height, width, 3)), 0, 255).astype(numpy.uint8)


def drawn(random):
    """Clouds of several sizes, one over the other, and some rectangles."""
    picture = numpy.zeros((1500, 2000, 3))
    for side in (4, 9, 30, 120):
        coarse = random.integers(0, 256, (side, side, 3), dtype=numpy.uint8)
        picture += numpy.asarray(Image.fromarray(coarse).resize((2000, 1500), Image.BICUBIC), float) / 4
    for _ in range(12):
        top, left = int(random.integers(0, 1400)), int(random.integers(0, 1900))
        picture[top : top + 300, left : left + 200] = random.integers(0, 256, 3)
    return Image.fromarray(picture.astype(numpy.uint8))


if __name__ == "__main__":
    main()
