"""Writes chunked-images.h5: a shard of version 1 whose images are stored in chunks. Needs h5py."""

import hashlib
import struct

import h5py
import numpy

count, height, width, channels = 4, 2, 3, 1
images = numpy.arange(count * height * width, dtype=numpy.uint8).reshape(count, height, width, 1)
labels = numpy.array([0, 1, 1, 0], dtype=numpy.int32)
digests = numpy.array(
    [
        struct.unpack("<Q", hashlib.sha256(image.tobytes() + label.tobytes()).digest()[:8])[0]
        for image, label in zip(images, labels)
    ],
    dtype=numpy.uint64,
)
mean, deviation = images.mean() / 255, images.std() / 255
text = f"zero\none\n{height} {width} {channels} {count} 1\nmade up"
checksum = hashlib.sha256(
    digests.tobytes() + text.encode() + struct.pack("<dd", mean, deviation)
).hexdigest()

with h5py.File("chunked-images.h5", "w") as file:
    file.create_dataset("images", data=images, chunks=(1, height, width, channels))
    file["labels"] = labels
    file["digests"] = digests
    file.attrs["format"] = "effnet-shard"
    file.attrs["version"] = 1
    file.attrs["classes"] = ["zero", "one"]
    file.attrs["source"] = "made up"
    file.attrs["mean"] = numpy.array([mean])
    file.attrs["deviation"] = numpy.array([deviation])
    file.attrs["sha256"] = checksum
    for name, value in dict(height=height, width=width, channels=channels, count=count).items():
        file.attrs[name] = value
