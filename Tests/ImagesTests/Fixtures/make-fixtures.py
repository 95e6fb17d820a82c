"""Makes the picture files and the expected pixels beside this script.

Needs numpy, Pillow and scikit-image (for the astronaut, a photograph of NASA in the public domain).
expected.json names for each check the file, what is done with it, and the raw pixels [height, width,
channels] that Pillow makes of it.
"""

import io
import json
import math
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from skimage.data import astronaut

folder = Path(__file__).parent
checks = {"decoded": [], "reduced": [], "resized": []}


def write_pixels(name, image):
    (folder / name).write_bytes(image.tobytes())
    return {
        "pixels": name,
        "height": image.height,
        "width": image.width,
        "channels": len(image.getbands()),
    }


def expect(kind, name, image, **entry):
    checks[kind].append(entry | write_pixels(name, image))


def decoded(file):
    """The picture as a viewer shows it: upright, on white."""
    with Image.open(folder / file) as image:
        image = ImageOps.exif_transpose(image)
        if image.mode.startswith("I"):
            return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
        if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
            image = image.convert("RGBA")
            white = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(white, image)
        return image.convert("RGB")


def expect_decoded(file):
    expect("decoded", f"{file}.raw", decoded(file), file=file)


def chunk(kind, content):
    crc = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


def png(width, height, depth, color, rows):
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def exif(orientation, order):
    """A TIFF structure with a resolution unit before the orientation."""
    head = b"II*\0" if order == "<" else b"MM\0*"
    tags = struct.pack(order + "HHHIHH", 2, 0x0128, 3, 1, 2, 0)
    tags += struct.pack(order + "HHIHHI", 0x0112, 3, 1, orientation, 0, 0)
    return head + struct.pack(order + "I", 8) + tags


photo = Image.fromarray(astronaut()).crop((150, 0, 344, 142)).resize((97, 71), Image.LANCZOS)
small = photo.resize((41, 31), Image.LANCZOS)
tiny = photo.resize((23, 14), Image.LANCZOS)
# Opaque, half and fully transparent places.
alpha = Image.fromarray(
    np.clip(np.add.outer(np.arange(31) * 9, np.arange(41) * 5) - 60, 0, 255).astype(np.uint8)
)

# JPEG
for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
    file = f"rgb{subsampling.replace(':', '')}.jpg"
    small.save(folder / file, quality=90, subsampling=subsampling)
    expect_decoded(file)
small.save(folder / "progressive.jpg", quality=90, progressive=True)
small.save(folder / "unconverted.jpg", quality=90, keep_rgb=True)
small.convert("L").save(folder / "grey.jpg", quality=90)
cyan, magenta, yellow = ImageOps.invert(small).split()
black = small.convert("L").point(lambda value: 128 - value // 2)
Image.merge("CMYK", (cyan, magenta, yellow, black)).save(folder / "cmyk.jpg", quality=90)
# Pillow writes no YCCK: write luma and chroma as inks, which it inverts, and change the transform
# that Adobe's segment names.
planes = [ImageOps.invert(plane) for plane in small.convert("YCbCr").split()]
Image.merge("CMYK", (*planes, black)).save(folder / "ycck.jpg", quality=90)
content = (folder / "ycck.jpg").read_bytes()
transform = content.index(b"Adobe") + 11
assert content[transform] == 0
(folder / "ycck.jpg").write_bytes(content[:transform] + b"\x02" + content[transform + 1 :])
# Nor does it sample colour unevenly, here every other column of blue and every other row of red: take
# each plane from a grey file as a scan of its own.
luma, blue, red = small.convert("YCbCr").split()
tables, scans = [], []
for plane in (luma, blue.resize((21, 31)), red.resize((41, 16))):
    file = io.BytesIO()
    plane.save(file, "jpeg", quality=90)
    content = file.getvalue()
    frame, scan = content.index(b"\xff\xc0"), content.index(b"\xff\xda")
    tables.append((content[content.index(b"\xff\xdb") : frame], content[frame + 13 : scan]))
    scans.append(content[scan + 10 : -2])
assert tables[0] == tables[1] == tables[2]
frame = struct.pack(">BHHB", 8, 31, 41, 3) + b"\x01\x22\x00" + b"\x02\x12\x00" + b"\x03\x21\x00"
content = b"\xff\xd8" + tables[0][0] + b"\xff\xc0\x00\x11" + frame + tables[0][1]
for component, scan in enumerate(scans, 1):
    content += b"\xff\xda\x00\x08\x01" + bytes([component]) + b"\x00\x00\x3f\x00" + scan
(folder / "uneven.jpg").write_bytes(content + b"\xff\xd9")
for name in ("progressive", "unconverted", "grey", "cmyk", "ycck", "uneven"):
    expect_decoded(f"{name}.jpg")
for orientation in range(1, 9):
    file = f"orientation{orientation}.jpg"
    order = "<>"[orientation % 2]
    tiny.save(
        folder / file, quality=90, subsampling="4:4:4", exif=b"Exif\0\0" + exif(orientation, order)
    )
    expect_decoded(file)

# PNG
small.save(folder / "rgb.png", optimize=True)
small.convert("L").save(folder / "grey.png", optimize=True)
small.convert("1").save(folder / "bits.png", optimize=True)
small.quantize(16).save(folder / "palette.png", optimize=True)
Image.merge("RGBA", (*small.split(), alpha)).save(folder / "rgba.png", optimize=True)
Image.merge("LA", (small.convert("L"), alpha)).save(folder / "grey-alpha.png", optimize=True)
small.quantize(16).save(folder / "palette-alpha.png", transparency=bytes(range(0, 256, 17)))
keyed = small.quantize(8).convert("RGB")
keyed.save(folder / "color-key.png", optimize=True, transparency=keyed.getpixel((20, 15)))
tiny.save(folder / "orientation6.png", optimize=True, exif=exif(6, ">"))
smooth = np.add.outer(np.arange(31) * 1501, np.arange(41) * 397).astype(np.uint16)
Image.fromarray(smooth).save(folder / "grey16.png")
deep = np.stack([smooth, 65535 - smooth, smooth[::-1]], axis=-1).astype(">u2")
rows = b"".join(b"\0" + row.tobytes() for row in deep)
(folder / "rgb16.png").write_bytes(png(41, 31, 16, 2, rows))
for file in (
    *("rgb.png", "grey.png", "bits.png", "palette.png", "rgba.png", "grey-alpha.png"),
    *("palette-alpha.png", "color-key.png", "orientation6.png", "grey16.png", "rgb16.png"),
):
    expect_decoded(file)

# No pictures: headers that name 20,000 × 20,000 pixels, and files without any.
bomb = struct.pack(">BHHB", 8, 20_000, 20_000, 1) + b"\x01\x11\x00"
scan = b"\x01\x01\x00\x00\x3f\x00"
(folder / "bomb.jpg").write_bytes(
    b"\xff\xd8\xff\xc0\x00\x0b" + bomb + b"\xff\xda\x00\x08" + scan + b"\x00\xff\xd9"
)
(folder / "bomb.png").write_bytes(png(20_000, 20_000, 8, 2, bytes(1000)))
(folder / "empty.jpg").write_bytes(b"")
(folder / "text.jpg").write_text("The photographs are in the other folder.\n")

# Reduced while decoding
photo.save(folder / "photo.jpg", quality=90)
expect_decoded("photo.jpg")
for reduction in (2, 4, 8):
    with Image.open(folder / "photo.jpg") as image:
        image.draft("RGB", (image.width // reduction, image.height // reduction))
        assert image.size == (math.ceil(97 / reduction), math.ceil(71 / reduction))
        pixels = f"photo.{reduction}.raw"
        expect("reduced", pixels, image.convert("RGB"), file="photo.jpg", reduction=reduction)

# Resized: a photograph with hard edges, over which the bicubic filter shoots
edged = np.asarray(photo).copy()
edged[40:, 60:] = np.where((np.indices((31, 37)).sum(0) // 3 % 2)[..., None], 255, 0)
edged[:, 5:7] = [255, 0, 0]
edged = Image.fromarray(edged)
sources = {"color.raw": edged, "grey.raw": edged.convert("L")}
filters = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}
for source, image in sources.items():
    write_pixels(source, image)
    whole = (0, 0, 97, 71)
    shapes = [
        (whole, (32, 32)),  # reduced, one axis more than the other
        (whole, (33, 71)),  # one axis only
        ((10.3, 5.7, 50.8, 35.95), (64, 48)),  # enlarged, from between pixels
        ((48.25, 30.5, 97, 71), (29, 31)),  # to the far corner, between pixels
        ((20, 11, 83, 62), (21, 17)),  # a whole ratio
        ((90, 60, 91, 61), (3, 2)),  # one pixel
        (whole, (97, 1)),
        (whole, (1, 71)),
    ]
    for filter, resample in filters.items():
        for index, (box, size) in enumerate(shapes):
            name = f"{source.removesuffix('.raw')}.{filter}.{index}.raw"
            left, top, right, bottom = box
            expect(
                "resized",
                name,
                image.resize(size, resample, box),
                file=source,
                sourceHeight=71,
                sourceWidth=97,
                filter=filter,
                box=[left, top, right - left, bottom - top],
            )
        for thin, box in (("row", (0, 30, 97, 31)), ("column", (30, 0, 31, 71))):
            name = f"{source.removesuffix('.raw')}.{filter}.{thin}.raw"
            part = image.crop(box)
            write_pixels(f"{thin}.{source}", part)
            expect(
                "resized",
                name,
                part.resize((13, 11), resample),
                file=f"{thin}.{source}",
                sourceHeight=part.height,
                sourceWidth=part.width,
                filter=filter,
                box=[0, 0, part.width, part.height],
            )

(folder / "expected.json").write_text(json.dumps(checks, indent=1) + "\n")
