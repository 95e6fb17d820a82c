import Datasets
import Tensors

/// Grey noise of 12 × 12 pixels in three classes.
package struct NoiseSource: ImageSource {
  package let height = 12
  package let width = 12
  package let channels = 1
  package let classNames = ["a", "b", "c"]
  package let credit = ""
  package let name = "noise"
  package let labels: [Int32]
  /// Whether all images are the same.
  private let isConstant: Bool

  package init(labels: [Int32], isConstant: Bool = false) {
    self.labels = labels
    self.isConstant = isConstant
  }

  /// As many images of all classes.
  package init(count: Int) { self.init(labels: (0..<Int32(count)).map { $0 * $0 % 3 }) }

  package func read(_ index: Int, into bytes: UnsafeMutableBufferPointer<UInt8>) {
    var random = CounterRandom(seed: 1, sample: isConstant ? 0 : index, purpose: .synthetic)
    for i in bytes.indices { bytes[i] = UInt8(255 * random.uniform()) }
  }

  /// The bytes of an image.
  package func bytes(ofImage index: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: height * width * channels) { bytes, count in
      count = height * width * channels
      read(index, into: UnsafeMutableBufferPointer(rebasing: bytes[..<count]))
    }
  }
}
