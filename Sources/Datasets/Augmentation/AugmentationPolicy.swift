import Images
import Tensors

/// Random operations on training pictures that were found by search: those of the official
/// EfficientNet repository, with its semantics.
///
/// A policy works on pictures that are cropped and resized to the network's resolution. Its lengths
/// are in pixels whatever that resolution, as in the official code, although they were found at one
/// of 224. Amounts beyond the range of 8 bits, which RandAugment reaches from magnitude 10 on, are
/// cut to it; the official code leaves them to how TensorFlow converts such constants.
public enum AugmentationPolicy: Sendable, Equatable {
  /// Pictures stay as they are.
  case none
  /// AutoAugment "v0": one of 25 sub-policies, each of two operations with their probabilities.
  case autoAugment
  /// RandAugment: as many operations as there are layers, each any of 16 and always applied.
  ///
  /// The official magnitudes are 10 by default, 17 for B5 and 28 for B7, with two layers.
  case randAugment(layers: Int, magnitude: Double)

  /// What the picture of a sample undergoes, in this order.
  package func operations(key: RandomKey) -> [PolicyOperation] {
    var random = CounterRandom(key, .policy)
    switch self {
    case .none:
      return []
    case .autoAugment:
      let (first, second) = Self.subPolicies[random.index(below: Self.subPolicies.count)]
      return [first, second].compactMap { step in
        let isApplied = random.uniform() < step.probability
        // No sub-policy cuts out; the official constant would be 100.
        let operation = step.kind.operation(
          level: step.level, translation: 250, cutout: 100, random: &random)
        return isApplied ? operation : nil
      }
    case .randAugment(let layers, let magnitude):
      let kinds = PolicyOperationKind.allCases
      return (0..<layers).map { _ in
        kinds[random.index(below: kinds.count)]
          .operation(level: magnitude, translation: 100, cutout: 40, random: &random)
      }
    }
  }

  /// Changes the picture of a sample in place; `scratch` is another one, whose contents are lost.
  public func apply(
    to image: PixelImage, scratch: PixelImage, key: RandomKey
  ) {
    for operation in operations(key: key) {
      operation.apply(to: image, scratch: scratch)
    }
  }
}
