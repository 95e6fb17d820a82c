import Crypto
import Datasets
import Foundation

/// For each image of a data set, in its order, whether its most probable class is its own: what two
/// networks are compared by on the same images.
public struct Correctness: Sendable, Equatable {
  /// Images of the data set.
  public let count: Int
  /// Image i in bit i % 64 of word i / 64; the bits behind the last image are 0.
  var words: [UInt64]

  /// None of `count` images is recognised.
  package init(count: Int) {
    self.count = count
    words = Array(repeating: 0, count: (count + 63) / 64)
  }

  /// Reads ``base64``.
  ///
  /// - Returns: Nil unless the text has a bit for each of `count` images and no other bit is set.
  package init?(base64 text: String, count: Int) {
    guard let bytes = Data(base64Encoded: text), bytes.count == (count + 7) / 8 else { return nil }
    self.init(count: count)
    for (index, byte) in bytes.enumerated() {
      words[index / 8] |= UInt64(byte) << UInt64(index % 8 * 8)
    }
    guard count % 64 == 0 || words[count / 64] >> UInt64(count % 64) == 0 else { return nil }
  }

  /// Whether the most probable class of an image is its own.
  public package(set) subscript(image: Int) -> Bool {
    get {
      precondition((0..<count).contains(image), "there is no image \(image) among \(count)")
      return words[image / 64] >> UInt64(image % 64) & 1 == 1
    }
    set {
      precondition((0..<count).contains(image), "there is no image \(image) among \(count)")
      let bit = UInt64(1) << UInt64(image % 64)
      if newValue { words[image / 64] |= bit } else { words[image / 64] &= ~bit }
    }
  }

  /// Number of images that are recognised.
  public var hits: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// A bit an image, `[(count + 7) / 8]`: image i in bit i % 8 of byte i / 8, the lowest bit first.
  public var bytes: [UInt8] {
    (0..<(count + 7) / 8).map {
      UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64($0 % 8 * 8))
    }
  }

  /// Hash of ``bytes``, in hexadecimal.
  public var sha256: String { SHA256.hash(data: bytes).hexadecimal }

  /// ``bytes`` as text (RFC 4648).
  public var base64: String { Data(bytes).base64EncodedString() }
}
