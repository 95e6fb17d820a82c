"""Cuts photographs that scikit-image ships into FOLDER/{train,val}/PHOTOGRAPH/NUMBER.jpg.

Training crops come from the left half of each photograph and validation crops from the right half:
they have no pixel in common. The crops are the same every time.
"""
import pathlib
import random
import sys

import skimage
from PIL import Image

# Left out are drawings, documents, tiny pictures, the second of two views of the motorcycle, and two
# photographs with the subject in one half only: the cameraman and the cell.
NAMES = """astronaut brick chelsea clock_motion coffee coins grass gravel hubble_deep_field ihc moon
    motorcycle_left retina rocket""".split()
PARTS = {"train": 100, "val": 25}  # crops of each photograph
SCALE = 0.7, 1  # of the width and height of the half

folder = pathlib.Path(sys.argv[1])
data = pathlib.Path(skimage.__file__).parent / "data"
for name in NAMES:
    picture = Image.open(next(data.glob(f"{name}.*")))
    chance = random.Random(name)
    middle = picture.width // 2
    for (part, count), left, right in zip(PARTS.items(), (0, middle), (middle, picture.width)):
        path = folder / part / name.split("_")[0]
        path.mkdir(parents=True, exist_ok=True)
        for number in range(count):
            scale = chance.uniform(*SCALE)
            width, height = int(scale * (right - left)), int(scale * picture.height)
            x, y = chance.randint(left, right - width), chance.randint(0, picture.height - height)
            crop = picture.crop((x, y, x + width, y + height))
            crop.save(path / f"{number:03}.jpg", quality=92)
