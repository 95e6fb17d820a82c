import Glibc

/// The marker segments of a JPEG file in turn (ITU-T T.81, annex B); coded pixels are passed over.
///
/// Ends where the data do, even within a segment.
struct JPEGSegments: Sequence, IteratorProtocol {
  /// Marker before coded pixels.
  static let scan: UInt8 = 0xDA
  /// Marker behind the last pixel.
  static let endOfImage: UInt8 = 0xD9

  private let bytes: UnsafeBufferPointer<UInt8>
  private var offset = 2

  /// The segments after the marker that begins each file.
  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func next() -> (marker: UInt8, payload: UnsafeBufferPointer<UInt8>)? {
    while offset < bytes.count, let start = bytes.baseAddress,
      let found = memchr(start + offset, 0xFF, bytes.count - offset)
    {
      offset = UnsafeRawPointer(found) - UnsafeRawPointer(start)
      // Any number of fill bytes may stand before the marker's own.
      while offset < bytes.count, bytes[offset] == 0xFF { offset += 1 }
      guard offset < bytes.count else { return nil }
      let marker = bytes[offset]
      offset += 1
      switch marker {
      case 0, 0x01, 0xD0...0xD7:  // a coded byte 0xFF, a temporary marker, restarts: no payload
        continue
      case Self.endOfImage:
        return (marker, UnsafeBufferPointer(rebasing: bytes[offset..<offset]))
      default:
        // The length counts its own two bytes; the decoder, too, reads on after a smaller one.
        guard let length = bytes.number(at: offset, bytes: 2),
          let payload = bytes.part(at: offset + 2, count: Swift.max(length - 2, 0))
        else { return nil }
        offset += 2 + payload.count
        return (marker, payload)
      }
    }
    return nil
  }
}
