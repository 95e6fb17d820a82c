import Crypto

/// The file format of a shard: a part of a dataset, in one HDF5 file.
///
///     /images    uint8   [N, H, W, C]   the pictures, C = 1 (grey) or 3 (red, green, blue)
///     /labels    int32   [N]            index of the class
///     /digests   uint64  [N]            one checksum an image
///
/// Attributes of the root:
///
///     format                          "effnet-shard"
///     version                         1
///     classes                         names of the classes, strings
///     height width channels count     H, W, C and N
///     source                          credit and licence of the pictures, may be empty
///     mean, deviation                 of this shard's pixels, per channel, float64, 0 to 1 for 0 to 255
///     sha256                          checksum of all the rest, in hexadecimal
///
/// The digest of an image is the first 8 bytes, as a little-endian number, of the SHA-256 of its
/// bytes followed by its label as 4 little-endian bytes. The attribute `sha256` is taken over the
/// digests (8 bytes each, little-endian), then the text `classes` joined by line feeds, line feed,
/// `height width channels count version` in decimal joined by spaces, line feed, `source`, then
/// `mean` and `deviation` (8 bytes each, little-endian). So every byte that is used is checked:
/// the description when a shard is opened, an image when it is read.
public enum ShardFormat {
  /// Value of the attribute `format`.
  public static let name = "effnet-shard"
  /// Version of the format that is written and read.
  public static let version = 1

  /// The entry of `/digests` for one image.
  static func digest(image: UnsafeBufferPointer<UInt8>, label: Int32) -> UInt64 {
    var hash = SHA256()
    hash.update(bufferPointer: UnsafeRawBufferPointer(image))
    withUnsafeBytes(of: label.littleEndian) { hash.update(bufferPointer: $0) }
    return hash.finalize().withUnsafeBytes {
      UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))
    }
  }
}
