"""Asks the reference for PDQ hashes, so that the Rust tests can compare.

    differential.py --write-cases FOLDER [--seed N] [--drawn N]
    differential.py --write-vectors FILE

The first writes pictures, drawn ones and the photographs inside scikit-image, with what the reference says of each, to
a temporary folder that the test reads and deletes. The second writes vectors/pdq.json, whose pictures are recipes that
the Rust tests follow themselves, so that they need no Python.

Needs: pip install pdqhash==0.2.8 numpy pillow scikit-image
"""

import argparse
import importlib.metadata
import importlib.util
import json
import pathlib

import numpy
import pdqhash
from PIL import Image, ImageDraw, ImageFilter

REFERENCE = "0.2.8"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write-cases", metavar="FOLDER", type=pathlib.Path)
    parser.add_argument("--write-vectors", metavar="FILE", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1, help="of the drawn pictures")
    parser.add_argument("--drawn", type=int, default=400, help="how many pictures of random kind and size to draw")
    arguments = parser.parse_args()
    version = importlib.metadata.version("pdqhash")
    if version != REFERENCE:
        parser.error(f"the reference is pdqhash {REFERENCE}, installed is {version}")
    if arguments.write_cases:
        write_cases(arguments.write_cases, pictures(arguments.seed, arguments.drawn))
    if arguments.write_vectors:
        arguments.write_vectors.write_text(vectors())
    if not arguments.write_cases and not arguments.write_vectors:
        parser.error("say what to write")


# ---- what the reference says --------------------------------------------------------------------------------------


def reference(rows):
    """The answers for rows of RGB or RGBA pixels (of which the reference reads three channels)."""
    hash_bits, quality = pdqhash.compute(rows)
    turned_bits, turned_quality = pdqhash.compute_dihedral(rows)
    return {
        "hash": text(hash_bits),
        "quality": int(quality),
        "dihedral": [text(bits) for bits in turned_bits],
        "dihedral_quality": int(turned_quality),
    }


def text(bits):
    return numpy.packbits(bits.astype(numpy.uint8)).tobytes().hex()


def coloured(picture):
    """Grey pictures have no third dimension; the reference wants one."""
    return numpy.ascontiguousarray(picture if picture.ndim == 3 else numpy.repeat(picture[:, :, None], 3, axis=2))


FORMATS = {1: "luma8", 3: "rgb8", 4: "rgba8"}


# ---- cases: many pictures, in files -------------------------------------------------------------------------------


def write_cases(folder, pictures):
    """Three files: pixels.bin, coefficients.bin (256 little-endian floats a case) and cases.ndjson."""
    random = numpy.random.default_rng(0)
    offset = 0
    with (
        open(folder / "pixels.bin", "wb") as pixels,
        open(folder / "coefficients.bin", "wb") as coefficients,
        open(folder / "cases.ndjson", "w") as cases,
    ):
        for index, (name, picture) in enumerate(pictures):
            rows = coloured(picture)
            height, width = picture.shape[:2]
            flat = picture.reshape(height, -1)
            # Every third picture has padding after its rows, full of noise.
            padding = int(random.integers(1, 40)) if index % 3 == 0 else 0
            flat = numpy.hstack([flat, random.integers(0, 256, (height, padding), dtype=numpy.uint8)])
            values, coefficient_quality = pdqhash.compute_float(rows)
            case = {
                "name": name,
                "width": width,
                "height": height,
                "stride_bytes": flat.shape[1],
                "format": FORMATS[1 if picture.ndim == 2 else picture.shape[2]],
                "offset": offset,
                "coefficient_quality": int(coefficient_quality),
                **reference(rows),
            }
            pixels.write(flat.tobytes())
            # The reference gives the last component first.
            coefficients.write(values[::-1].astype("<f4").tobytes())
            cases.write(json.dumps(case) + "\n")
            offset += flat.size


def pictures(seed, drawn):
    random = numpy.random.default_rng(seed)
    yield from of_every_small_size(random)
    yield from thin(random)
    yield from of_random_kind_and_size(random, drawn)
    yield from large(random)
    yield from photographs()


def of_every_small_size(random):
    """Sides around every size at which something changes: 5, where hashes begin; 64; each multiple of 128, where the
    window of the blur grows."""
    kinds = list(KINDS)
    sides = [*range(1, 68), *(128 * n + d for n in range(1, 6) for d in (-1, 0, 1, 2))]
    for index, side in enumerate(sides):
        other = int(random.choice(sides))
        for width, height in {(side, side), (side, other), (other, side)}:
            kind = kinds[(index + width) % len(kinds)]
            yield f"{kind} {width}x{height}", drawing(random, kind, width, height)
    # The size the reference takes as already reduced deserves every kind.
    for kind in kinds:
        yield f"{kind} 64x64", drawing(random, kind, 64, 64)


def thin(random):
    for length in (1, 2, 5, 63, 129, 1000, 4097):
        for breadth in (1, 2, 4, 5, 6, 7):
            yield f"clouds {length}x{breadth}", drawing(random, "clouds", length, breadth)
            yield f"noise {breadth}x{length}", drawing(random, "noise", breadth, length)


def of_random_kind_and_size(random, drawn):
    """Three in four have both sides above 128, where the fast road begins."""
    for index in range(drawn):
        kind = str(random.choice(list(KINDS)))
        low = 2 if index % 4 == 0 else 7.02
        width, height = (int(2 ** random.uniform(low, 9.3)) for _ in range(2))
        yield f"{kind} {width}x{height}", drawing(random, kind, width, height)


def large(random):
    for kind, width, height in (
        ("shapes", 4000, 3000),
        ("clouds", 3024, 4032),
        ("noise", 2048, 1024),
        ("text", 1920, 1080),
        ("slope", 6001, 401),
        ("clouds", 65536, 8),
        ("clouds", 65537, 9),
        ("noise", 7, 70001),
    ):
        yield f"{kind} {width}x{height}", drawing(random, kind, width, height)


PHOTOGRAPHS = (
    "astronaut.png brick.png camera.png cell.png chelsea.png chessboard_GRAY.png chessboard_RGB.png clock_motion.png "
    "coffee.png coins.png color.png grass.png gravel.png horse.png hubble_deep_field.jpg logo.png moon.png "
    "motorcycle_left.png motorcycle_right.png page.png phantom.png rocket.jpg text.png"
).split()


def photographs():
    """The neutral photographs that come with scikit-image, as they are, halved, turned and cut."""
    folder = pathlib.Path(importlib.util.find_spec("skimage").origin).parent / "data"
    for name in PHOTOGRAPHS:
        image = Image.open(folder / name)
        if image.mode not in ("L", "RGB", "RGBA"):
            image = image.convert("RGB")
        yield name, numpy.asarray(image)
        yield f"{name}, half", numpy.asarray(image.resize((image.width // 2, image.height // 2), Image.LANCZOS))
        yield f"{name}, turned", numpy.asarray(image.transpose(Image.ROTATE_90))
        yield f"{name}, cut", numpy.asarray(image.crop((17, 9, image.width - 3, image.height - 31)))


# ---- drawings -----------------------------------------------------------------------------------------------------


def drawing(random, kind, width, height):
    """A picture of 1, 3 or 4 channels; the alpha of the last is noise."""
    picture = KINDS[kind](random, width, height)
    channels = random.integers(0, 4)
    if channels == 0:
        return numpy.ascontiguousarray(picture[:, :, 0])
    if channels == 1:
        alpha = random.integers(0, 256, (height, width, 1), dtype=numpy.uint8)
        return numpy.concatenate([picture, alpha], axis=2)
    return picture


def flat(random, width, height):
    return numpy.broadcast_to(random.integers(0, 256, 3, dtype=numpy.uint8), (height, width, 3)).copy()


def noise(random, width, height):
    return random.integers(0, 256, (height, width, 3), dtype=numpy.uint8)


def nearly_flat(random, width, height):
    return flat(random, width, height) // 2 + random.integers(0, 4, (height, width, 3), dtype=numpy.uint8)


def slope(random, width, height):
    x, y = numpy.meshgrid(numpy.linspace(0, 1, width), numpy.linspace(0, 1, height))
    across, down, base = random.uniform(-200, 200, (3, 3))
    return numpy.clip(base + 60 + x[..., None] * across + y[..., None] * down, 0, 255).astype(numpy.uint8)


def chequered(random, width, height):
    side = int(random.integers(1, 40))
    x, y = numpy.meshgrid(numpy.arange(width), numpy.arange(height))
    colours = random.integers(0, 256, (2, 3), dtype=numpy.uint8)
    return colours[(x // side + y // side) % 2]


def black_and_white(random, width, height):
    grey = (random.uniform(size=(height, width)) < random.uniform(0.001, 0.5)).astype(numpy.uint8) * 255
    return numpy.repeat(grey[:, :, None], 3, axis=2)


def symmetric(random, width, height):
    """Equal in both directions: many components are equal or nothing but rounding."""
    picture = clouds(random, width, height).astype(int)
    picture = picture + picture[::-1] + picture[:, ::-1] + picture[::-1, ::-1]
    return (picture // 4).astype(numpy.uint8)


def waves(random, width, height):
    x, y = numpy.meshgrid(numpy.linspace(0, numpy.pi, width), numpy.linspace(0, numpy.pi, height))
    across, down = random.integers(0, 20, 2)
    grey = 127.5 + 127 * numpy.cos(across * x) * numpy.cos(down * y)
    return numpy.repeat(grey.astype(numpy.uint8)[:, :, None], 3, axis=2)


def clouds(random, width, height):
    coarse = random.integers(0, 256, (int(random.integers(2, 20)), int(random.integers(2, 20)), 3), dtype=numpy.uint8)
    return numpy.array(Image.fromarray(coarse).resize((width, height), Image.BICUBIC))


def shapes(random, width, height):
    image = Image.fromarray(clouds(random, width, height))
    draw = ImageDraw.Draw(image)
    for _ in range(int(random.integers(3, 30))):
        x0, x1 = sorted(int(x) for x in random.integers(-9, width + 9, 2))
        y0, y1 = sorted(int(y) for y in random.integers(-9, height + 9, 2))
        colour = tuple(int(c) for c in random.integers(0, 256, 3))
        (draw.ellipse if random.integers(0, 2) else draw.rectangle)((x0, y0, x1, y1), fill=colour)
    return numpy.array(image.filter(ImageFilter.GaussianBlur(float(random.uniform(0, 2)))))


def stripes(random, width, height):
    """Tilted or crossed stripes of two colours, some over a slope: running sums drift in step on these."""
    x, y = numpy.meshgrid(numpy.arange(width), numpy.arange(height))
    period, other = (int(random.integers(2, max(3, side // 4))) for side in (width, height))
    tilt = int(random.integers(0, 3))
    share = ((x + tilt * y) % period < random.integers(1, period + 1)).astype(float)
    if random.integers(0, 2):
        share = abs(share - (y % other < random.integers(1, other + 1)))
    if random.integers(0, 2):
        share = 0.5 * share + 0.5 * (x / width * random.uniform() + y / height * random.uniform())
    colours = random.integers(0, 256, (2, 3))
    return (share[..., None] * colours[0] + (1 - share[..., None]) * colours[1]).astype(numpy.uint8)


def faint(random, width, height):
    """Little contrast: the quality is between 0 and 100."""
    picture = shapes(random, width, height) if random.integers(0, 2) else clouds(random, width, height)
    return (random.integers(0, 200) + picture * random.uniform(0.02, 0.25)).astype(numpy.uint8)


def text_page(random, width, height):
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for y in range(0, height, 14):
        letters = "".join(chr(int(c)) for c in random.integers(97, 123, width // 6 + 1))
        draw.text((2, y), letters, fill="black")
    return numpy.array(image)


KINDS = {
    "flat": flat,
    "noise": noise,
    "nearly flat": nearly_flat,
    "slope": slope,
    "chequered": chequered,
    "black and white": black_and_white,
    "symmetric": symmetric,
    "waves": waves,
    "clouds": clouds,
    "shapes": shapes,
    "text": text_page,
    "stripes": stripes,
    "faint": faint,
}


# ---- vectors: pictures by recipe ----------------------------------------------------------------------------------

ABOUT = [
    "PDQ hashes by PyPI pdqhash 0.2.8 (compute and compute_dihedral, x86-64) of pictures that every test draws itself.",
    "Written by crates/fingerprint/tests/differential.py --write-vectors; do not edit.",
    "Channel c of the pixel in column x and row y is recipe(x, y, c) & 255. luma8 has channel 0, rgb8 0 to 2, rgba8 0 to",
    "3, where 3 (alpha) is always noise and never hashed. Integers only; / rounds down; w and h are width and height.",
    "mix(v), all modulo 2^32: v ^= v >> 16; v *= 0x7feb352d; v ^= v >> 15; v *= 0x846ca68b; v ^= v >> 16.",
    "at(seed, x, y, c) = mix(seed + mix(x + mix(y + mix(c)))), sums modulo 2^32.",
    "flat: at(seed, 0, 0, c). noise: at(seed, x, y, c). speckle: 100 + (noise & 3).",
    "slope: s = (255 x / max(w - 1, 1) p + 255 y / max(h - 1, 1) (16 - p)) / 16 with p = seed % 17; channel 1 is 255 - s.",
    "faint: 90 + slope / (4 + seed % 13).",
    "squares: at(seed, (x / d + y / d) & 1, 7, c) with d = 1 + seed % 29.",
    "rings: (u u + v v) >> (seed % 9) with u = 2 x + 1 - w, v = 2 y + 1 - h.",
    "clouds: (8 n(64) + 4 n(32) + 2 n(16) + n(8)) / 15, where n(g) interpolates the values k(i, j) = at(seed + g, i, j, c)",
    "& 255 at the corners of a grid of side g: with i = x / g, a = x % g, j = y / g, b = y % g it is (k(i, j) (g - a) (g - b)",
    "+ k(i+1, j) a (g - b) + k(i, j+1) (g - a) b + k(i+1, j+1) a b) / (g g).",
    "blocks: clouds, covered by the rectangles k = 0 to 15, later ones on top: columns x0 to x0 + w / 5 + 1, rows y0 to y0 +",
    "h / 7 + 1 (ends excluded) with x0 = at(seed, k, 0, 9) % w, y0 = at(seed, k, 1, 9) % h, coloured at(seed, k, 2, c).",
    "dot: 255 at x = at(seed, 0, 0, 9) % w, y = at(seed, 1, 0, 9) % h, else 0.",
]


def vectors():
    cases = []
    for recipe, seed, width, height, channels in vector_cases():
        x, y, c = numpy.meshgrid(
            numpy.arange(width, dtype=numpy.int64),
            numpy.arange(height, dtype=numpy.int64),
            numpy.arange(3, dtype=numpy.int64) if channels > 1 else numpy.zeros(3, dtype=numpy.int64),
            indexing="xy",
        )
        rows = (RECIPES[recipe](seed, x, y, c, width, height) & 255).astype(numpy.uint8)
        case = {"recipe": recipe, "seed": seed, "width": width, "height": height, "format": FORMATS[channels]}
        cases.append(case | reference(numpy.ascontiguousarray(rows)))
    head = json.dumps({"about": ABOUT}, indent=1)[:-2]
    lines = ",\n".join("  " + json.dumps(case) for case in cases)
    return f'{head},\n "cases": [\n{lines}\n ]\n}}\n'


def vector_cases():
    sizes = [
        (1, 1), (4, 80), (80, 4), (5, 5), (5, 64), (64, 5), (6, 7), (17, 31), (63, 64), (64, 63), (64, 64), (65, 65),
        (100, 75), (127, 128), (128, 128), (129, 127), (128, 130), (150, 200), (200, 133), (256, 256), (257, 99),
        (31, 385), (320, 240), (400, 401), (640, 30), (512, 384), (600, 511), (7, 1000), (1025, 770),
    ]  # fmt: skip
    seed = 0
    for width, height in sizes:
        # Pictures too small for a hash are all alike.
        for recipe in RECIPES if min(width, height) >= 5 else ["noise"]:
            seed += 1
            yield recipe, seed, width, height, (3, 1, 4)[seed % 3]


MASK = 0xFFFFFFFF


def mix(v):
    v = numpy.asarray(v, dtype=numpy.uint64) & MASK
    v ^= v >> numpy.uint64(16)
    v = v * numpy.uint64(0x7FEB352D) & MASK
    v ^= v >> numpy.uint64(15)
    v = v * numpy.uint64(0x846CA68B) & MASK
    v ^= v >> numpy.uint64(16)
    return v.astype(numpy.int64)


def at(seed, x, y, c):
    return mix(seed + mix(x + mix(y + mix(c))))


def recipe_flat(seed, x, y, c, w, h):
    return at(seed, x * 0, y * 0, c)


def recipe_noise(seed, x, y, c, w, h):
    return at(seed, x, y, c)


def recipe_speckle(seed, x, y, c, w, h):
    return 100 + (at(seed, x, y, c) & 3)


def recipe_slope(seed, x, y, c, w, h):
    p = seed % 17
    s = (255 * x // max(w - 1, 1) * p + 255 * y // max(h - 1, 1) * (16 - p)) // 16
    return numpy.where(c == 1, 255 - s, s)


def recipe_faint(seed, x, y, c, w, h):
    return 90 + recipe_slope(seed, x, y, c, w, h) // (4 + seed % 13)


def recipe_squares(seed, x, y, c, w, h):
    d = 1 + seed % 29
    return at(seed, (x // d + y // d) & 1, 7, c)


def recipe_rings(seed, x, y, c, w, h):
    u, v = 2 * x + 1 - w, 2 * y + 1 - h
    return (u * u + v * v) >> (seed % 9)


def recipe_clouds(seed, x, y, c, w, h):
    def n(g):
        def k(i, j):
            return at(seed + g, i, j, c) & 255

        i, a, j, b = x // g, x % g, y // g, y % g
        upper = k(i, j) * (g - a) * (g - b) + k(i + 1, j) * a * (g - b)
        lower = k(i, j + 1) * (g - a) * b + k(i + 1, j + 1) * a * b
        return (upper + lower) // (g * g)

    return (8 * n(64) + 4 * n(32) + 2 * n(16) + n(8)) // 15


def recipe_blocks(seed, x, y, c, w, h):
    value = recipe_clouds(seed, x, y, c, w, h)
    for k in range(16):
        x0, y0 = at(seed, k, 0, 9) % w, at(seed, k, 1, 9) % h
        covered = (x >= x0) & (x < x0 + w // 5 + 1) & (y >= y0) & (y < y0 + h // 7 + 1)
        value = numpy.where(covered, at(seed, k, 2, c), value)
    return value


def recipe_dot(seed, x, y, c, w, h):
    return 255 * ((x == at(seed, 0, 0, 9) % w) & (y == at(seed, 1, 0, 9) % h))


RECIPES = {
    "flat": recipe_flat,
    "noise": recipe_noise,
    "speckle": recipe_speckle,
    "slope": recipe_slope,
    "faint": recipe_faint,
    "squares": recipe_squares,
    "rings": recipe_rings,
    "clouds": recipe_clouds,
    "blocks": recipe_blocks,
    "dot": recipe_dot,
}


if __name__ == "__main__":
    main()
