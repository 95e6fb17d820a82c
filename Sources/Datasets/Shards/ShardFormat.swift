import Crypto

/// The file format of a shard: a part of a dataset, in one HDF5 file.
///
/// Images of one size (encoding `array`):
///
///     /images    uint8   [N, H, W, C]   the pixels, C = 1 (grey) or 3 (red, green, blue)
///
/// Pictures of any size (encodings `file` and `pixels`):
///
///     /bytes     uint8   [B]            JPEG and PNG files, or pixels [h, w, 3], without gaps
///     /offsets   uint64  [N + 1]        where each picture begins in `/bytes`; the last is B
///     /sizes     int32   [N, 2]         height and width of each picture, upright
///     /sources   string  [N]            where each came from, UTF-8 filled up with zero bytes
///
/// Both:
///
///     /labels    int32   [N]            index of the class
///     /digests   uint64  [N]            one checksum an image
///     /classes   string  [classes]      only where they are too long for an attribute
///
/// All datasets are contiguous: an image is read from its place in the file, without HDF5.
/// Attributes of the root:
///
///     format                          "effnet-shard"
///     version                         2
///     encoding                        "array", "file" or "pixels"
///     classes                         names of the classes, strings
///     channels count                  C and N
///     height width                    H and W, only of encoding "array"
///     source                          credit and licence of the pictures, may be empty
///     plan                            what was to be packed, as a hash; may be missing
///     mean, deviation                 per channel, float64, 0 to 1 for 0 to 255: of this shard's
///                                     pixels, each picture weighing the same
///     sha256                          checksum of all the rest, in hexadecimal
///
/// The digest of an image is the first 8 bytes, as a little-endian number, of the SHA-256 of its
/// bytes followed by its label as 4 little-endian bytes. The attribute `sha256` is taken over the
/// digests, the offsets (8 bytes each, little-endian) and the sizes (4 bytes each, little-endian),
/// the sources each with a zero byte behind it, the names of the classes likewise, `encoding height
/// width channels count version` joined by spaces, a zero byte, `source`, a zero byte, then `mean`
/// and `deviation` (8 bytes each, little-endian). It identifies the content.
///
/// Besides, the first 512 bytes are no part of the HDF5 file but a `ShardSeal` over all the
/// others: every byte can be checked, and nothing that is damaged is given to the HDF5 library.
///
/// Version 1 has neither seal nor `encoding`, which is `array`. Its `sha256` is taken over the
/// digests, the names joined by line feeds, line feed, `height width channels count version`, line
/// feed, `source`, `mean` and `deviation`.
public enum ShardFormat {
  /// Value of the attribute `format`.
  public static let name = "effnet-shard"
  /// Version of the format that is written.
  public static let version = 2
  /// Versions of the format that are read.
  public static let readableVersions = 1...2

  /// The entry of `/digests` for one image.
  static func digest(image: UnsafeRawBufferPointer, label: Int32) -> UInt64 {
    var hash = SHA256()
    hash.update(bufferPointer: image)
    withUnsafeBytes(of: label.littleEndian) { hash.update(bufferPointer: $0) }
    return hash.finalize().withUnsafeBytes {
      UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))
    }
  }
}
