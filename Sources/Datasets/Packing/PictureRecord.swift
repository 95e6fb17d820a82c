/// What reading and decoding a picture once tells of it.
public struct PictureRecord: Sendable, Equatable, BitwiseCopyable {
  /// SHA-256 of the file.
  public var hash: SIMD4<UInt64>
  /// Mean over the pixels of red, green and blue, 0 to 1, and the mean of their squares.
  public var means: SIMD8<Double>
  /// Bytes of the file.
  public var byteCount: Int
  /// Pixels from top to bottom as it is stored; 0 where the file is not packed.
  public var height: Int32
  /// Pixels from left to right as it is stored.
  public var width: Int32

  /// The record of a file that is not packed.
  public static let none = PictureRecord(
    hash: .zero, means: .zero, byteCount: 0, height: 0, width: 0)

  /// Mean and deviation of many pictures, each weighing the same.
  static func statistics(
    _ records: some Collection<PictureRecord>
  ) -> (mean: [Double], deviation: [Double]) {
    let average = records.reduce(SIMD8<Double>.zero) { $0 + $1.means } / Double(records.count)
    let mean = (0..<3).map { average[$0] }
    // Rounding must not make the square of a deviation negative.
    return (mean, (0..<3).map { max(0, average[$0 + 3] - mean[$0] * mean[$0]).squareRoot() })
  }
}
