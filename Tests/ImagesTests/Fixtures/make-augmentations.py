"""Writes the pictures and expected results of the augmentation tests, into this folder.

Needs numpy, Pillow and torchvision. Where Pillow and the AutoAugment code of the official EfficientNet
repository agree, a result is Pillow's; the others follow the official formula in numpy (marked below).

  augmentation-colour.raw, augmentation-grey.raw   [40, 56, 3] and [40, 56, 1] bytes
  augmentation-results.txt                         name of each result, one a line
  augmentation-results.raw                         the results one after the other, as the pictures
"""

import pathlib

import numpy as np
from PIL import Image, ImageEnhance, ImageOps
from torchvision.transforms import functional

HEIGHT, WIDTH, FILL = 40, 56, 128
folder = pathlib.Path(__file__).parent


def picture():
    """Slopes, a colour wheel, a flat patch and noise; no channel uses all of its range."""
    random = np.random.default_rng(4)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    angle = np.arctan2(y - 18, x - 40)
    image = np.stack(
        [40 + 2.5 * x, 60 + 3.5 * y, 90 + 60 * np.sin(x / 5) * np.cos(y / 7)], axis=-1)
    wheel = np.hypot(y - 18, x - 40) < 13
    phases = np.array([0, 2, 4]) * np.pi / 3
    image[wheel] = (128 + 110 * np.cos(angle[..., None] + phases))[wheel]
    image[28:36, 4:16] = (201, 77, 77)
    image[4:26, 4:22] += random.normal(0, 25, (22, 18, 3))
    return np.clip(image, [9, 3, 14], [244, 251, 238]).astype(np.uint8)


def blend(first, second, factor):
    """Official: through single precision, clipped, truncated."""
    first, second = first.astype(np.float32), second.astype(np.float32)
    value = first + np.float32(factor) * (second - first)
    return np.clip(value, 0, 255).astype(np.uint8)


def official_saturation(image, factor):
    """Official: grey in [0, 1] and back with 255.5, truncated. Pillow rounds, other weights."""
    grey = (image.astype(np.float32) / np.float32(255)) @ np.float32([0.2989, 0.5870, 0.1140])
    grey = (grey * np.float32(255.5)).astype(np.uint8)[..., None]
    return blend(np.broadcast_to(grey, image.shape), image, factor)


def official_contrast(image, factor):
    """Official: the "mean" is the number of pixels divided by 256. Pillow takes the mean grey."""
    mean = min(255, image.shape[0] * image.shape[1] // 256)
    return blend(np.full_like(image, mean), image, factor)


def official_sharpness(image, factor):
    """Official: the smoothed picture is truncated (here in exact arithmetic). Pillow rounds."""
    wide = image.astype(int)
    smooth = wide.copy()
    total = 4 * wide[1:-1, 1:-1] + sum(
        wide[1 + dy:HEIGHT - 1 + dy, 1 + dx:WIDTH - 1 + dx]
        for dy in (-1, 0, 1) for dx in (-1, 0, 1))
    smooth[1:-1, 1:-1] = total // 13
    return blend(smooth, image, factor)


def official_posterize(image, bits):
    """Official: TensorFlow shifts 8-bit numbers by 7 at most. Pillow gives black for 0 bits."""
    shift = min(8 - bits, 7)
    return image >> shift << shift


def official_cutout(image, x, y, half):
    """Official: Pillow has no cutout."""
    image = image.copy()
    image[max(0, y - half):y + half, max(0, x - half):x + half] = FILL
    return image


def official_solarize_add(image, addition):
    """Official: Pillow has no such operation."""
    added = np.minimum(image.astype(int) + addition, 255).astype(np.uint8)
    return np.where(image < 128, added, image)


def fill(pillow):
    return FILL if pillow.mode == "L" else (FILL,) * 3


def affine(pillow, *matrix):
    """Pillow counts from the corner of the pixels, the official code from their centres."""
    a, b, c, d, e, f = matrix
    matrix = (a, b, c + 0.5 - (a + b) / 2, d, e, f + 0.5 - (d + e) / 2)
    return pillow.transform(pillow.size, Image.Transform.AFFINE, matrix, fillcolor=fill(pillow))


def results(image):
    """Yields (name, expected picture)."""
    channels = image.shape[2]
    pillow = Image.fromarray(image if channels == 3 else image[..., 0])
    yield "flip", ImageOps.mirror(pillow)
    yield "invert", ImageOps.invert(pillow)
    yield "autoContrast", ImageOps.autocontrast(pillow)
    yield "equalize", ImageOps.equalize(pillow)
    yield "posterize 3", ImageOps.posterize(pillow, 3)
    yield "posterize 0", official_posterize(image, 0)
    yield "solarize 154", ImageOps.solarize(pillow, 154)
    yield "solarizeAdd 77", official_solarize_add(image, 77)
    for factor in (0.46, 1.9):
        yield f"brightness {factor}", ImageEnhance.Brightness(pillow).enhance(factor)
        yield f"contrast {factor}", ImageEnhance.Contrast(pillow).enhance(factor)
        yield f"official contrast {factor}", official_contrast(image, factor)
        yield f"sharpness {factor}", official_sharpness(image, factor)
    for degrees in (24, -30):
        yield f"rotate {degrees}", pillow.rotate(degrees, fillcolor=fill(pillow))
    for slope in (0.27, -0.12):
        yield f"shearX {slope}", affine(pillow, 1, slope, 0, 0, 1, 0)
        yield f"shearY {slope}", affine(pillow, 1, 0, 0, slope, 1, 0)
    yield "translate 17 0", affine(pillow, 1, 0, 17, 0, 1, 0)
    yield "translate 0 -12", affine(pillow, 1, 0, 0, 0, 1, -12)
    yield "cutout 30 20 9", official_cutout(image, 30, 20, 9)
    yield "cutout 3 38 7", official_cutout(image, 3, 38, 7)
    if channels == 3:
        for factor in (0.46, 1.9):
            yield f"saturation {factor}", ImageEnhance.Color(pillow).enhance(factor)
            yield f"official saturation {factor}", official_saturation(image, factor)
        for turn in (0.1, -0.37, 0.5):
            yield f"hue {turn}", functional.adjust_hue(pillow, turn)


colour = picture()
grey = np.asarray(Image.fromarray(colour).convert("L"))[..., None]
names, data = [], b""
for kind, image in (("colour", colour), ("grey", grey)):
    (folder / f"augmentation-{kind}.raw").write_bytes(image.tobytes())
    for name, result in results(image):
        result = np.asarray(result)
        assert result.size == image.size and result.dtype == np.uint8, name
        names.append(f"{kind} {name}\n")
        data += result.tobytes()
(folder / "augmentation-results.txt").write_text("".join(names))
(folder / "augmentation-results.raw").write_bytes(data)
