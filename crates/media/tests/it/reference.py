"""Makes picture files with Pillow and says what the reference tool chain makes of them.

    reference.py FOLDER

FOLDER holds drawn pictures (*.png). For each, and for the photographs inside scikit-image, files of many kinds are
written to FOLDER/files. For each file one line is printed, fields separated by tabs:

    name  class  sha256-of-RGB-pixels  pdq  quality  pdq-by-threatexchange-or-dash

where pdq is that of Image.open(file).convert("RGB"), and class says how close we must come.
"""

import hashlib
import io
import pathlib
import sys

import numpy
import pdqhash
import skimage
from PIL import Image
from threatexchange.signal_type.pdq.pdq_hasher import pdq_from_bytes


def main(folder):
    files = folder / "files"
    files.mkdir()
    for source, picture in pictures(folder):
        for kind, (label, data) in variants(picture).items():
            name = f"{source}-{kind}"
            (files / name).write_bytes(data)
            print(name, label, *answers(data), sep="\t")


def pictures(folder):
    for path in sorted(folder.glob("*.png")):
        yield path.stem, Image.open(path).convert("RGB")
    for name in ["astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "retina.jpg", "motorcycle_left.png"]:
        picture = Image.open(pathlib.Path(skimage.__file__).parent / "data" / name).convert("RGB")
        yield pathlib.Path(name).stem, picture


def variants(rgb):
    """Files by kind: (class, bytes). Classes: exact, jpeg, lossy; "seen" where threatexchange hashes something else."""
    grey = rgb.convert("L")
    rgba = rgb.copy()
    rgba.putalpha(Image.linear_gradient("L").resize(rgb.size))
    palette = rgb.quantize(64)
    clear = palette.copy()
    clear.info["transparency"] = 3
    inks = encode(rgb.convert("CMYK"), "JPEG", quality=90)
    return {
        "rgb.png": ("exact", encode(rgb, "PNG")),
        "grey.png": ("exact", encode(grey, "PNG")),
        "rgba.png": ("exact", encode(rgba, "PNG")),
        "grey-alpha.png": ("exact", encode(rgba.convert("LA"), "PNG")),
        "palette.png": ("exact-seen", encode(palette, "PNG")),
        "palette-clear.png": ("exact-seen", encode(clear, "PNG", transparency=3)),
        "palette-16.png": ("exact-seen", encode(rgb.quantize(16), "PNG")),
        "bilevel.png": ("exact", encode(rgb.convert("1"), "PNG")),
        "rgb.gif": ("exact-seen", encode(rgb, "GIF")),
        "animated.gif": ("exact-seen", encode(rgb, "GIF", save_all=True, append_images=[rgb.rotate(90)])),
        "rgb.bmp": ("exact", encode(rgb, "BMP")),
        "grey.bmp": ("exact", encode(grey, "BMP")),
        "palette.bmp": ("exact-seen", encode(palette, "BMP")),
        "rgb.tif": ("exact", encode(rgb, "TIFF")),
        "lzw.tif": ("exact", encode(rgb, "TIFF", compression="tiff_lzw")),
        "deflate.tif": ("exact", encode(rgba, "TIFF", compression="tiff_adobe_deflate")),
        "packbits.tif": ("exact", encode(grey, "TIFF", compression="packbits")),
        "inks.tif": ("inks-seen", encode(rgb.convert("CMYK"), "TIFF")),
        "lossless.webp": ("exact", encode(rgb, "WEBP", lossless=True)),
        "lossless-alpha.webp": ("exact", encode(rgba, "WEBP", lossless=True, exact=True)),
        "animated.webp": ("exact", encode(rgb, "WEBP", save_all=True, append_images=[rgb.rotate(90)], lossless=True)),
        "lossy.webp": ("lossy", encode(rgb, "WEBP", quality=70)),
        "lossy-alpha.webp": ("lossy", encode(rgba, "WEBP", quality=70)),
        "q95.jpg": ("lossy", encode(rgb, "JPEG", quality=95)),
        "q75.jpg": ("lossy", encode(rgb, "JPEG", quality=75)),
        "q30.jpg": ("lossy", encode(rgb, "JPEG", quality=30)),
        "444.jpg": ("lossy", encode(rgb, "JPEG", quality=85, subsampling="4:4:4")),
        "422.jpg": ("lossy", encode(rgb, "JPEG", quality=85, subsampling="4:2:2")),
        "progressive.jpg": ("lossy", encode(rgb, "JPEG", quality=85, progressive=True)),
        "restart.jpg": ("lossy", encode(rgb, "JPEG", quality=85, restart_marker_blocks=7)),
        "grey.jpg": ("lossy", encode(grey, "JPEG", quality=85)),
        "stored-rgb.jpg": ("lossy", encode(rgb, "JPEG", quality=85, keep_rgb=True)),
        "turned.jpg": ("lossy", encode(rgb, "JPEG", quality=85, exif=orientation(6))),
        "inks.jpg": ("lossy-seen", inks),
        # The same numbers read as YCCK: not the same picture, but both sides must read them alike.
        "ycck.jpg": ("lossy-seen", as_ycck(inks)),
    }


def encode(picture, kind, **options):
    data = io.BytesIO()
    picture.save(data, kind, **options)
    return data.getvalue()


def orientation(code):
    exif = Image.Exif()
    exif[0x0112] = code
    return exif


def as_ycck(inks):
    place = inks.index(b"Adobe") + 11
    return inks[:place] + b"\x02" + inks[place + 1 :]


def answers(data):
    pixels = numpy.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    bits, quality = pdqhash.compute(pixels)
    digits = f"{int(''.join(map(str, bits)), 2):064x}"
    return hashlib.sha256(pixels.tobytes()).hexdigest(), digits, quality, pdq_from_bytes(data)[0]


main(pathlib.Path(sys.argv[1]))
