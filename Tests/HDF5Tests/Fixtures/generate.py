"""Writes the HDF5 files that the tests read, with h5py: python3 generate.py."""

import ctypes
import os
import struct
import zlib

import h5py
import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))


def create(name, **options):
    return h5py.File(f"{name}.h5", "w", **options)


def library():
    """The library that h5py brings along, for what h5py has no name for."""
    (path,) = {
        line.split()[-1]
        for line in open("/proc/self/maps")
        if "/libhdf5-" in line or line.rstrip().endswith("/libhdf5.so")
    }
    return ctypes.CDLL(path)


# What Keras 3 writes: one group a layer, variables by number.
with create("keras-weights") as file:
    for layer, shapes in {"conv": [(3, 3, 2, 4), (4,)], "dense_1": [(4, 2), (2,)]}.items():
        for number, shape in enumerate(shapes):
            values = np.arange(np.prod(shape), dtype="f4").reshape(shape)
            file[f"layers/{layer}/vars/{number}"] = values
    file.create_group("layers/activation/vars")

# What Keras 2 writes: names in attributes, of fixed length or variable.
with create("keras-legacy") as file:
    layers = [f"layer{number}" for number in range(4)]
    file.attrs["layer_names"] = [layer.encode() for layer in layers]
    file.attrs["backend"] = "tensorflow"
    for number, layer in enumerate(layers):
        group = file.create_group(layer)
        weights = [f"{layer}/kernel:0", f"{layer}/größe:0"]
        if number % 2:
            group.attrs["weight_names"] = np.array(weights, dtype=h5py.string_dtype())
        else:
            group.attrs["weight_names"] = [weight.encode() for weight in weights]
        for weight in weights:
            group[weight] = np.full(2, number, "f4")

# What MATLAB writes: a block of its own before the file.
with create("user-block", userblock_size=512) as file:
    file["data"] = np.arange(12.0).reshape(3, 4)
    file["group/inner"] = np.int32(7)
with open("user-block.h5", "r+b") as block:
    block.write(b"MATLAB 7.3 MAT-file")

with create("chunks") as file:
    values = np.arange(6 * 4 * 4, dtype="u1").reshape(6, 4, 4, 1)
    file.create_dataset(
        "images", data=values, chunks=(4, 4, 4, 1), compression="gzip", shuffle=True,
        fletcher32=True)
    file.create_dataset("labels", data=np.arange(6) % 3, chunks=(2,), maxshape=(None,))
    file.create_dataset("checked", data=np.arange(9.0), chunks=(4,), fletcher32=True)
    file.create_dataset("unwritten", (1000, 1000), "f4", chunks=(100, 100), fillvalue=3)

with create("kinds") as file:
    file["truth"] = np.array([True, False])
    file["members"] = np.zeros(3, [("a", "i4"), ("b", "f8"), ("c", "S5"), ("d", "f4", (2, 3))])
    file["swapped"] = np.arange(4, dtype=">f4")
    file["half"] = np.arange(3, dtype="f2")
    file["wide"] = np.zeros(2, np.longdouble)
    file["complex"] = np.zeros(2, "c8")
    file["opaque"] = np.zeros(2, "V7")
    file["colours"] = np.zeros(2, h5py.enum_dtype({"red": 0, "green": 1}, basetype="i4"))
    file["type"] = np.dtype([("a", "i4"), ("b", "f8")])
    file.create_dataset("typed", (4,), file["type"])
    file["words"] = np.array(["a", "", "ccc"], dtype=h5py.string_dtype())
    file.create_dataset("lists", (2,), h5py.vlen_dtype("i4"))[0] = [1, 2, 3]
    file.create_dataset("reference", (1,), h5py.ref_dtype)[0] = file["half"].ref
    file.create_dataset("region", (1,), h5py.regionref_dtype)[0] = file["half"].regionref[1:2]
    file["axis"] = np.arange(4)
    file["axis"].make_scale("axis")
    file["swapped"].dims[0].attach_scale(file["axis"])
    file["empty"] = np.zeros((0, 3))
    file["nothing"] = h5py.Empty("f4")
    file["scalar"] = 3.5
    file["again"] = file["half"]
    file.attrs["nothing"] = h5py.Empty("f4")
    file.attrs["none"] = np.zeros(0, "f4")
    file.attrs["words"] = np.array(["a", "", "ccc"], dtype=h5py.string_dtype())
    space = h5py.h5s.create_simple((4,))
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    dataset = h5py.h5d.create(file.id, b"compact", h5py.h5t.NATIVE_INT32, space, compact)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(4, dtype="i4"))

# A group whose B-tree has two levels, and holes where members were removed.
with create("levels") as file:
    file["value"] = np.arange(3)
    for number in range(150):
        file[f"n{number:03}"] = file["value"]
    for number in range(0, 150, 7):
        del file[f"n{number:03}"]
        file.attrs[f"attribute{number}"] = number

# Headers of version 2, and the heaps and trees of many links and attributes.
with create("newer", libver=("v108", "v108"), track_order=True) as file:
    file["value"] = np.arange(3)
    for number in range(60):
        file[f"name{number * 37 % 61}"] = file["value"]
        file.attrs[f"attribute{number}"] = number

# Groups that have other names further down, and are members of themselves.
for name, options in {"circles": {}, "circles-newer": {"libver": ("v110", "v110")}}.items():
    with create(name, **options) as file:
        group = file.create_group("a/b/c")
        group["value"] = np.arange(3)
        group["up"] = file["a"]
        group["root"] = file["/"]
        group["itself"] = group
        file["other"] = file["a/b"]
        file["value"] = group["value"]

# Chunks that went through filters which nobody here undoes, beside what is read.
with create("unread") as file:
    file["value"] = np.arange(3)
    values = np.arange(9)
    file.create_dataset("lzf", data=values, chunks=(3,), compression="lzf")
    file.create_dataset("scaleoffset", data=values, chunks=(3,), scaleoffset=4)
    file["other"] = file["lzf"]
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_chunk((3,))
    properties.set_fletcher32()
    properties.set_shuffle()
    space = h5py.h5s.create_simple((9,))
    dataset = h5py.h5d.create(file.id, b"order", h5py.h5t.NATIVE_INT64, space, properties)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, values)


# The indexes of chunks of HDF5 1.10: each is chosen by the shape, its limit and when room is made.
def leave_cut_off_chunks(properties):
    assert library().H5Pset_chunk_opts(ctypes.c_int64(properties.id), 2) >= 0


def create_indexes(file):
    everything = {"compression": "gzip", "shuffle": True, "fletcher32": True}
    for name, filters in {"plain": {}, "gzip": {"compression": "gzip"}, "all": everything}.items():
        group = file.create_group(name)

        def add(name, shape, chunks, limits=None, values=None):
            if values is None:
                values = np.arange(np.prod(shape), dtype="u2").reshape(shape)
            group.create_dataset(name, data=values, chunks=chunks, maxshape=limits, **filters)

        add("single", (3, 5), (3, 5))
        add("fixed", (3, 5), (2, 2))
        add("limited", (3, 5), (2, 2), (9, 8))
        add("extensible", (3, 5), (2, 2), (9, None))
        add("tree", (3, 5), (2, 2), (None, None))
        add("shrunk", (40, 5), (2, 2), (None, 5))
        group["shrunk"].resize((3, 5))
        add("shrunk-tree", (40, 5), (2, 2), (None, None))
        group["shrunk-tree"].resize((3, 5))
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_chunk((2, 2))
        if filters:
            properties.set_deflate(4)
            leave_cut_off_chunks(properties)
        else:
            properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        space = h5py.h5s.create_simple((3, 5), (9, 8))
        dataset = h5py.h5d.create(
            group.id, b"other", h5py.h5t.NATIVE_UINT16, space, properties)
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(15, dtype="u2").reshape(3, 5))


def create_large_indexes(file):
    for name, filters in {"plain": {}, "gzip": {"compression": "gzip"}}.items():
        group = file.create_group(name)
        options = {"dtype": "u1", "fillvalue": 7, **filters}
        # Pages, of which the second is empty.
        pages = group.create_dataset("pages", (2100,), chunks=(1,), **options)
        blocks = group.create_dataset("blocks", (300,), chunks=(1,), maxshape=(None,), **options)
        # A place far beyond the others: a block with pages of which all others are empty.
        sparse = group.create_dataset(
            "sparse", (17_000,), chunks=(1,), maxshape=(None,), **options)
        for dataset in [pages, blocks, sparse]:
            dataset[0] = 1
            dataset[-1] = 2
        blocks[:280] = np.arange(280) % 7
        nodes = group.create_dataset(
            "nodes", (200, 2), chunks=(1, 1), maxshape=(None, None), **options)
        nodes[:] = np.arange(400).reshape(200, 2) % 251


with create("indexes", libver=("v110", "v110")) as file:
    create_indexes(file)
with create("indexes-large", libver=("v110", "v110")) as file:
    create_large_indexes(file)
# One after the other without an index, as room was made before anything was written.
with create("many-chunks", libver=("v110", "v110")) as file:
    for name, shape, chunks in [("rows", (20_000, 2), (3, 1)), ("columns", (1, 20_000), (1, 1))]:
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_chunk(chunks)
        properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        space = h5py.h5s.create_simple(shape)
        dataset = h5py.h5d.create(
            file.id, name.encode(), h5py.h5t.NATIVE_UINT8, space, properties)
        values = (np.arange(np.prod(shape)) % 251).astype("u1").reshape(shape)
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, values)
# The same in older superblocks, and behind a block of MATLAB's.
for name, options in {
    "indexes-oldest": {"libver": ("earliest", "v110")},
    "indexes-block": {"libver": ("v108", "v110"), "userblock_size": 1024},
}.items():
    with create(name, **options) as file:
        file.create_dataset(
            "images", data=np.arange(96, dtype="u1").reshape(6, 4, 4, 1), chunks=(1, 4, 4, 1),
            maxshape=(None, 4, 4, 1), compression="gzip")
        file.create_dataset("labels", data=np.arange(6) % 3, chunks=(2,))

for name in ["soft-link", "external-link", "external-values", "virtual"]:
    with create(f"Refused/{name}") as file:
        group = file.create_group("group")
        if name == "soft-link":
            group["object"] = h5py.SoftLink("/group")
        elif name == "external-link":
            group["object"] = h5py.ExternalLink("other.h5", "/object")
        elif name == "external-values":
            group.create_dataset("object", (4,), "i4", external="other.bin")
        else:
            layout = h5py.VirtualLayout((4,), "i4")
            layout[:] = h5py.VirtualSource("other.h5", "object", (4,))
            group.create_virtual_dataset("object", layout)
with create("Refused/newest-layout", libver=("v200", "v200")) as file:
    file.create_dataset("group/object", data=np.arange(9), chunks=(3,), compression="gzip")
# A stream of ten bytes where the library expects a chunk of three million.
with create("Refused/short-chunk") as file:
    dataset = file.create_dataset(
        "group/object", (3_000_000,), "u1", chunks=(3_000_000,), compression=4)
    dataset.id.write_direct_chunk((0,), zlib.compress(bytes(10)) + bytes(3_000))
# The same for each index of chunks, of which each has one chunk of the right size.
for name, limits in {
    "single": (None, (3_000,)), "fixed": ((9_000,), None), "extensible": ((9_000,), (None,)),
    "tree": ((9_000, 1), (None, None)),
}.items():
    with create(f"Refused/short-chunk-{name}", libver=("v110", "v110")) as file:
        shape = limits[0] or limits[1]
        maximum = limits[1] if limits[0] else None
        chunks = (3_000,) + shape[1:]
        dataset = file.create_dataset(
            "group/object", data=np.zeros(shape, "u1"), chunks=chunks, maxshape=maximum,
            compression=4)
        place = (shape[0] - 3_000,) + (0,) * (len(shape) - 1)
        dataset.id.write_direct_chunk(place, zlib.compress(bytes(10)) + bytes(50))


# Fill values that lead elsewhere: of variable length, in parts of values, and references.
class Sequence(ctypes.Structure):
    _fields_ = [("count", ctypes.c_size_t), ("values", ctypes.c_char_p)]


class Pair(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("number", ctypes.c_int32)]


def create_filled(group, name, kind, value):
    """A dataset whose fill value is a value in memory."""
    kind = kind if isinstance(kind, h5py.h5t.TypeID) else h5py.h5t.py_create(kind, logical=True)
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    identifiers = [ctypes.c_int64(properties.id), ctypes.c_int64(kind.id)]
    assert library().H5Pset_fill_value(*identifiers, ctypes.byref(value)) >= 0
    space = h5py.h5s.create_simple((2,))
    return h5py.h5d.create(group.id, name.encode(), kind, space, properties)


string = h5py.string_dtype()
pair = h5py.h5t.create(h5py.h5t.COMPOUND, 16)
pair.insert(b"name", 0, h5py.h5t.py_create(string, logical=True))
pair.insert(b"number", 8, h5py.h5t.NATIVE_INT32)
pairs = h5py.h5t.array_create(pair, (3,))
text = b"x" * 300
filled = {
    "string": (string, ctypes.c_char_p(text)),
    "pair": (pair, Pair(text, 1)),
    "pairs": (pairs, (Pair * 3)(*[Pair(text, number) for number in range(3)])),
    "list": (h5py.vlen_dtype("u1"), Sequence(len(text), text)),
}
for name, options in {"fills": {}, "fills-newer": {"libver": ("v110", "v110")}}.items():
    with create(name, **options) as file:
        file["value"] = np.arange(3)
        file["type"] = np.dtype(string)
        create_filled(file, "string", string, ctypes.c_char_p(b"none"))
        create_filled(file, "empty", string, ctypes.c_char_p(b""))
        create_filled(file, "committed", file["type"].id, ctypes.c_char_p(b"of a type of its own"))
        create_filled(file, "pair", pair, Pair(None, 0))
        create_filled(file, "list", h5py.vlen_dtype("u1"), Sequence(0, None))
        create_filled(file, "reference", h5py.ref_dtype, ctypes.c_uint64(0))
        create_filled(file, "number", np.dtype("i4"), ctypes.c_int32(7))
for name, (kind, value) in filled.items():
    with create(f"Refused/fill-{name}") as file:
        create_filled(file.create_group("group"), "object", kind, value)
# The library makes room for 8 letters, and copies 300 to it.
with open("Refused/fill-string.h5", "r+b") as file:
    content = file.read()
    heap = content.index(b"GCOL")
    stored = struct.pack("<IQ", len(text), heap)
    assert stored in content
    file.seek(0)
    file.write(content.replace(stored, struct.pack("<IQ", 8, heap)))
for name, kind in {"reference": h5py.ref_dtype, "region": h5py.regionref_dtype}.items():
    with create(f"Refused/fill-{name}") as file:
        group = file.create_group("group")
        value = (ctypes.c_uint8 * 12)(*range(1, 13))
        create_filled(group, "object", kind, value)


# All that streams are made of: blocks without compression, with the fixed code and with others; words
# of up to 14 bits, one distance or many, the longest copies; blocks that a stream has many of.
random = np.random.default_rng(1)
skewed = np.concatenate([np.full(2**number, number, "u1") for number in range(15)])
plain = {
    "noise": random.integers(0, 256, 20_000, "u1"),
    "skewed": random.permutation(skewed),
    "zeros": np.zeros(40_000, "u1"),
    "few": np.arange(7, dtype="u1"),
    "text": np.frombuffer(("one two three " * 1_000 + "four").encode(), "u1"),
    "mixed": np.concatenate(
        [random.integers(0, 1 << number, 1_000, "u1") for number in range(1, 9)] * 2),
}
with create("deflate") as file:
    for name, values in plain.items():
        dataset = file.create_dataset(
            name, (4 * len(values),), "u1", chunks=(len(values),), compression=1)
        for row, level in enumerate([0, 1, 6, 9]):
            dataset.id.write_direct_chunk(
                (row * len(values),), zlib.compress(values.tobytes(), level))
    values = plain["skewed"][:3_000]
    for name, options in {
        "fixed": {"strategy": zlib.Z_FIXED}, "huffman": {"strategy": zlib.Z_HUFFMAN_ONLY},
        "runs": {"strategy": zlib.Z_RLE}, "window": {"wbits": 9},
    }.items():
        stream = zlib.compressobj(9, **options)
        # Ends in two empty blocks.
        packed = stream.compress(values.tobytes()) + stream.flush(zlib.Z_FULL_FLUSH)
        packed += stream.flush()
        dataset = file.create_dataset(
            name, (len(values),), "u1", chunks=(len(values),), compression=9)
        dataset.id.write_direct_chunk((0,), packed)
with create("Refused/deflate") as file:
    for name, values in plain.items():
        whole = values.tobytes()
        streams = {
            "less": zlib.compress(whole[:-1]), "more": zlib.compress(whole + b"1"),
            # Without its checksum and the end of its last block.
            "cut": zlib.compress(whole)[:-5],
        }
        for form, stream in streams.items():
            dataset = file.create_dataset(
                f"{name}/{form}", (len(values),), "u1", chunks=(len(values),), compression=1)
            dataset.id.write_direct_chunk((0,), stream)


with create("names") as file:
    file["first"] = np.arange(3)
    file["second"] = np.arange(3)
# The name of each member is the end of that before: together they are fifty times their heap.
with create("Refused/overlapping-names") as file:
    group = file.create_group("group")
    file["value"] = np.arange(3)
    group["a" * 6_000] = file["value"]
    for number in range(120):
        group[f"m{number:03}"] = file["value"]
with open("Refused/overlapping-names.h5", "r+b") as file:
    content = bytearray(file.read())
    long = content.index(b"a" * 6_000)
    content[long + 5_999] = ord("b")
    heaps = [place for place in range(len(content)) if content.startswith(b"HEAP", place)]
    data = max(struct.unpack_from("<Q", content, place + 24)[0] for place in heaps)
    entries = {}
    for node in range(len(content)):
        if content.startswith(b"SNOD", node):
            for number in range(struct.unpack_from("<H", content, node + 6)[0]):
                entry = node + 8 + 40 * number
                (offset,) = struct.unpack_from("<Q", content, entry)
                name = content[data + offset : data + offset + 4]
                if name[0] == ord("m"):
                    entries[bytes(name)] = entry
    assert len(entries) == 120
    for number, name in enumerate(sorted(entries)):
        struct.pack_into("<Q", content, entries[name], long - data + 1 + number)
    file.seek(0)
    file.write(content)
