import Tensors

/// Division of labelled images into training and validation, each class in the same proportion.
public struct StratifiedSplit: Sendable, Equatable {
  /// Indices of the images for training, rising.
  public let training: [Int]
  /// Indices of the images for validation, rising.
  public let validation: [Int]

  /// Divides images by their labels.
  ///
  /// Each class gives its share of the validation images, rounded so that the counts add up
  /// (largest remainders first, then lower classes), but keeps an image for training. Which images
  /// of a class they are is a pure function of the seed.
  ///
  /// - Parameters:
  ///   - labels: Index of the class of each image.
  ///   - validationCount: Images for validation.
  ///   - seed: Chooses among the divisions.
  /// - Precondition: `0 ≤ validationCount ≤ StratifiedSplit.greatestValidationCount(labels)`.
  public init(labels: [Int32], validationCount: Int, seed: UInt64) {
    precondition(
      (0...Self.greatestValidationCount(labels)).contains(validationCount),
      "\(validationCount) of \(labels.count) images cannot be for validation")
    var members = [[Int]](repeating: [], count: Int(labels.max() ?? -1) + 1)
    for (image, label) in labels.enumerated() { members[Int(label)].append(image) }
    let shares = members.map(\.count).shares(of: validationCount, keeping: 1)
    var isValidation = [Bool](repeating: false, count: labels.count)
    for (label, share) in shares.enumerated() {
      var random = CounterRandom(seed: seed, sample: label, purpose: .shuffle)
      random.shuffle(&members[label])
      for image in members[label].prefix(share) { isValidation[image] = true }
    }
    training = labels.indices.filter { !isValidation[$0] }
    validation = labels.indices.filter { isValidation[$0] }
  }

  /// Most images that can be put aside with one of each class left for training.
  public static func greatestValidationCount(_ labels: [Int32]) -> Int {
    labels.count - Set(labels).count
  }
}
