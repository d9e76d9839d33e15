"""Writes vectors/pdq-file512.json: what the reference's C++ tool says of pictures that every test draws itself.

    file512.py TOOL FILE

TOOL is a program that calls pdqHash256FromFile of each file named to it and prints "hash quality path" a line. Its sources
are inside the source distribution of PyPI pdqhash 0.2.8, under ThreatExchange/pdq/cpp; with a main of ten lines:

    g++ -O2 -std=c++11 -Dcimg_display=0 -I. -Ipdq/cpp main.cpp pdq/cpp/io/pdqio.cpp pdq/cpp/hashing/*.cpp
        pdq/cpp/downscaling/downscaling.cpp pdq/cpp/common/pdqhashtypes.cpp pdq/cpp/common/pdqhamming.cpp

Pictures go to it as PPM and PGM, which it reads without a library. Needs numpy and pdqhash (for differential.py).
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy

from differential import FORMATS, RECIPES

SIZES = [
    (512, 512), (513, 512), (512, 513), (511, 700), (700, 100), (5, 513), (600, 5), (640, 480), (1024, 1024),
    (1023, 1025), (1536, 1000), (2000, 300), (129, 1900),
]  # fmt: skip
ABOUT = [
    "PDQ hashes by pdqHash256FromFile of the C++ sources in PyPI pdqhash 0.2.8 (x86-64, g++ -O2) of pictures that every",
    "test draws itself, by the recipes that pdq.json describes. Written by crates/fingerprint/tests/file512.py.",
]


def main():
    tool, file = sys.argv[1:]
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        for seed, (recipe, width, height, channels) in enumerate(pictures(), start=1):
            path = pathlib.Path(folder) / f"{seed}.{'pgm' if channels == 1 else 'ppm'}"
            path.write_bytes(pnm(recipe, seed, width, height, channels))
            found, quality = subprocess.check_output([tool, path], text=True).split()[:2]
            case = {"recipe": recipe, "seed": seed, "width": width, "height": height, "format": FORMATS[channels]}
            cases.append(case | {"hash": found, "quality": int(quality)})
    head = json.dumps({"about": ABOUT}, indent=1)[:-2]
    lines = ",\n".join("  " + json.dumps(case) for case in cases)
    pathlib.Path(file).write_text(f'{head},\n "cases": [\n{lines}\n ]\n}}\n')


def pictures():
    for index, (width, height) in enumerate(SIZES):
        for place, recipe in enumerate(RECIPES):
            yield recipe, width, height, (3, 1, 3)[(index + place) % 3]


def pnm(recipe, seed, width, height, channels):
    x, y, c = numpy.meshgrid(
        *(numpy.arange(count, dtype=numpy.int64) for count in (width, height, channels)), indexing="xy"
    )
    rows = (RECIPES[recipe](seed, x, y, c, width, height) & 255).astype(numpy.uint8)
    return b"P%d\n%d %d\n255\n" % (5 if channels == 1 else 6, width, height) + rows.tobytes()


if __name__ == "__main__":
    main()
