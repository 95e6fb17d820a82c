/// How many images of each class a network takes for each class.
public struct ConfusionMatrix: Sendable, Equatable {
  /// Classes up to which an evaluation counts them: 8 MB of counts.
  public static let classLimit = 1000

  /// Number of classes, K.
  public let classCount: Int
  /// Images, `[K, K]`: a row for each class, a column for each class they are taken for.
  public internal(set) var counts: [Int64]

  init(classCount: Int) {
    self.classCount = classCount
    counts = Array(repeating: 0, count: classCount * classCount)
  }

  /// Images of class `truth` that are taken for class `predicted`.
  public internal(set) subscript(truth: Int, predicted: Int) -> Int {
    get { Int(counts[truth * classCount + predicted]) }
    set { counts[truth * classCount + predicted] = Int64(newValue) }
  }
}
