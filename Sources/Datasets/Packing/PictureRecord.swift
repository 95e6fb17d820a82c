/// What reading and decoding a picture once tells of it.
public struct PictureRecord: Sendable, Equatable, BitwiseCopyable {
  /// SHA-256 of the file.
  public var hash: SIMD4<UInt64>
  /// Mean over the pixels, 0 to 1, and the mean of its square: of red.
  public var red: SIMD2<Double>
  /// The same of green.
  public var green: SIMD2<Double>
  /// The same of blue.
  public var blue: SIMD2<Double>
  /// Bytes of the file.
  public var byteCount: Int
  /// Pixels from top to bottom as it is stored; 0 where the file is not packed.
  public var height: Int32
  /// Pixels from left to right as it is stored.
  public var width: Int32

  /// The record of a file that is not packed.
  public static let none = PictureRecord(
    hash: .zero, red: .zero, green: .zero, blue: .zero, byteCount: 0, height: 0, width: 0)

  /// Mean and deviation of many pictures, each weighing the same.
  static func statistics(
    _ records: some Collection<PictureRecord>
  ) -> (mean: [Double], deviation: [Double]) {
    var (red, green, blue) = (SIMD2<Double>.zero, SIMD2<Double>.zero, SIMD2<Double>.zero)
    for record in records {
      red += record.red
      green += record.green
      blue += record.blue
    }
    let averages = [red, green, blue].map { $0 / Double(records.count) }
    // Rounding must not make the square of a deviation negative.
    return (averages.map(\.x), averages.map { max(0, $0.y - $0.x * $0.x).squareRoot() })
  }
}
