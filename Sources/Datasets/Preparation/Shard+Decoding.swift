import Images

extension Shard {
  /// Reads an image, checks it, and brings it to `scratch.picture`.
  ///
  /// - Parameter reduction: By how much a picture may be reduced while it is decoded: 1, 2, 4 or 8.
  /// - Throws: When the image cannot be read, does not match its digest, cannot be decoded,
  ///   or has another size than ``place(of:)`` says.
  func decode(image: Int, reduction: Int, scratch: ImageScratch) throws(DatasetError) {
    let place = place(of: image)
    switch description.encoding {
    case .array, .pixels:
      scratch.picture.reshape(height: place.height, width: place.width, channels: place.channels)
      try read(image: image, into: scratch.picture.bytes)
    case .file:
      let bytes = scratch.file(byteCount: place.byteCount)
      try read(image: image, into: bytes)
      do {
        let header = try scratch.decoder.describe(UnsafeBufferPointer(bytes))
        // Those who cut and reduce it go by the size that the shard says.
        guard header.height == place.height, header.width == place.width else {
          throw ImageError.damaged(
            reason: "it has \(header.width) × \(header.height) pixels and not the "
              + "\(place.width) × \(place.height) of the shard's list")
        }
        try scratch.decoder.decode(
          UnsafeBufferPointer(bytes), reduction: reduction, into: scratch.picture)
      } catch {
        throw .damagedImage(file: path, image: image, source: source(of: image), reason: "\(error)")
      }
    }
  }
}
