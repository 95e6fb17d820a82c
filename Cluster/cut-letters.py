"""Cuts letters of fonts into FOLDER/{train,val}/CLASS/NAME.png, grey pictures of SIDE × SIDE pixels.

    cut-letters.py font|letter SIDE FONTS FOLDER

FONTS is a folder in which packages are unpacked. Families are used that have the 52 Latin letters in
four faces: regular, italic, bold, and bold italic.

font:   which family is it? Every fourth letter validates: no letter is the same in both parts.
letter: which letter is it? Every fourth family validates: training has seen none of its faces.

The pictures are the same every time, with the same fonts and the same version of Pillow.
"""
import pathlib
import re
import string
import sys

from PIL import Image, ImageDraw, ImageFont

LETTERS = string.ascii_uppercase + string.ascii_lowercase
FACES = "regular", "italic", "bold", "bold-italic"
# How fonts call these.
WEIGHTS = {"": "regular", "regular": "regular", "book": "regular", "roman": "regular", "bold": "bold"}
STYLE = re.compile(r"(|regular|book|roman|bold)[ -]?(italic|oblique|slanted)?")
EM = 0.8  # of the side
BASELINE = 0.72  # of the side, from the top
# Letters are drawn so many times larger and reduced: a font's hints would move its lines to whole
# pixels, and at small sizes make all families alike.
OVERSAMPLING = 4
EVERY = 4  # of which one validates
FEWEST_NEW = 7 / 8  # of the pictures of a family that no family before it has
FEWEST = 20  # families


def face(style):
    """The name of a face, or nothing for other weights and widths."""
    match = STYLE.fullmatch((style or "").strip().lower())
    if not match:
        return None
    weight, slant = WEIGHTS[match[1]], bool(match[2])
    return {("regular", False): "regular", ("regular", True): "italic", ("bold", False): "bold"}.get(
        (weight, slant), "bold-italic")


def opened(path):
    size = round(side * EM) * OVERSAMPLING
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def picture(font, letter):
    large = side * OVERSAMPLING
    image = Image.new("L", (large, large))
    place = large / 2, large * BASELINE
    ImageDraw.Draw(image).text(place, letter, font=font, fill=255, anchor="ms")
    return image.reduce(OVERSAMPLING)


task, side, fonts, folder = sys.argv[1], int(sys.argv[2]), *map(pathlib.Path, sys.argv[3:])

families = {}
for path in sorted(path for path in fonts.rglob("*") if path.suffix in (".ttf", ".otf")):
    try:
        family, style = opened(path).getname()
    except OSError:
        continue  # not a font that FreeType reads
    if family and face(style):
        families.setdefault(family, {}).setdefault(face(style), path)

pictures, seen = {}, set()
for family in sorted(family for family, faces in families.items() if len(faces) == len(FACES)):
    cut = {}
    for name in FACES:
        font = opened(families[family][name])
        for letter in LETTERS:
            image = picture(font, letter)
            # Of equal ones the first stays: an I that is an l, too, must not be in both parts.
            cut.setdefault(image.tobytes(), (image, letter, name))
    new = {content: kept for content, kept in cut.items() if content not in seen and any(content)}
    # Symbols have fewer letters, as have capitals in place of small ones, and what is another name of a
    # family that is there already.
    if len(new) >= FEWEST_NEW * len(FACES) * len(LETTERS):
        seen |= new.keys()
        pictures[re.sub(r"\W+", "-", family)] = list(new.values())
if len(pictures) < FEWEST:
    sys.exit(f"effnet: {fonts} has {len(pictures)} families of four faces; a task needs {FEWEST}")

for number, (family, cut) in enumerate(pictures.items()):
    for image, letter, name in cut:
        place = LETTERS.index(letter) if task == "font" else number
        part = "val" if place % EVERY == 1 else "train"
        kind, rest = (family, letter) if task == "font" else (letter, family)
        path = folder / part / kind / f"{rest}-{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path, compress_level=1)
print(f"{len(pictures)} families, {sum(map(len, pictures.values())):,} pictures")
