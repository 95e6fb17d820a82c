import Tensors

/// Sums over the rows of a matrix: the gradient of a bias.
public enum ColumnSums {
  /// Writes the sums over `rows` rows of `x`, `[rows, columns]` a channel stride apart.
  public static func write(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, into sums: UnsafeMutablePointer<Float>
  ) {
    let stride = channelStride(columns)
    for column in 0..<columns { sums[column] = 0 }
    for row in 0..<rows {
      let source = x + row * stride
      for column in 0..<columns { sums[column] += source[column] }
    }
  }
}
