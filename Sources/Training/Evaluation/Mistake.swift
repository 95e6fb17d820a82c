/// An image whose most probable class is not its own.
public struct Mistake: Sendable, Equatable {
  /// Index in its data set.
  public let sample: Int
  /// Its class.
  public let truth: Int
  /// The class it was taken for.
  public let predicted: Int
  /// Probability of that class.
  public let probability: Float

  /// Mistakes in their order, the most confident first and of equal ones that of the first image.
  static func areInOrder(_ first: Mistake, _ second: Mistake) -> Bool {
    first.probability == second.probability
      ? first.sample < second.sample : first.probability > second.probability
  }

  /// As four numbers for other ranks; an image before the first stands for none.
  static func numbers(_ mistake: Mistake?) -> [Int64] {
    guard let mistake else { return [-1, 0, 0, 0] }
    return [
      Int64(mistake.sample), Int64(mistake.truth), Int64(mistake.predicted),
      Int64(mistake.probability.bitPattern),
    ]
  }

  init(sample: Int, truth: Int, predicted: Int, probability: Float) {
    self.sample = sample
    self.truth = truth
    self.predicted = predicted
    self.probability = probability
  }

  init?(numbers: ArraySlice<Int64>) {
    let values = Array(numbers)
    guard values[0] >= 0 else { return nil }
    self.init(
      sample: Int(values[0]), truth: Int(values[1]), predicted: Int(values[2]),
      probability: Float(bitPattern: UInt32(truncatingIfNeeded: values[3])))
  }
}
