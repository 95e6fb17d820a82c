import Tensors

/// Count, mean and sum of squared deviations of each channel, merged without cancellation.
///
/// Stored as `2·C + 1` doubles: the count, C means, C sums of squared deviations (M2). Merging
/// follows Chan, Golub and LeVeque 1979 ("Updating formulae and a pairwise algorithm for computing
/// sample variances") and is commutative bit for bit, so the tree decides the result.
public enum ChannelMoments {
  /// Doubles for `channels` channels.
  public static func size(channels: Int) -> Int { 2 * channels + 1 }

  /// Adds `rows` rows of `x`, `[rows, C]`, to the moments.
  ///
  /// Two passes over a tile in cache: the mean first, then deviations from it (Chan et al., the
  /// corrected two-pass algorithm).
  public static func accumulate(
    into moments: UnsafeMutablePointer<Double>, channels: Int,
    _ x: UnsafePointer<Float>, rows: Int
  ) {
    let stride = channelStride(channels)
    for first in Swift.stride(from: 0, to: stride, by: vectorWidth) {
      accumulateBlock(
        into: moments, channels: channels, firstChannel: first, x + first, rows: rows,
        stride: stride)
    }
    moments[0] += Double(rows)
  }

  /// Adds 16 channels of `rows` rows, without the count.
  @inline(__always)
  static func accumulateBlock(
    into moments: UnsafeMutablePointer<Double>, channels: Int, firstChannel: Int,
    _ x: UnsafePointer<Float>, rows: Int, stride: Int
  ) {
    var s0 = Vector.zero
    var s1 = Vector.zero
    var s2 = Vector.zero
    var s3 = Vector.zero
    var row = 0
    while row + 4 <= rows {
      s0 += x.vector(row &* stride)
      s1 += x.vector((row &+ 1) &* stride)
      s2 += x.vector((row &+ 2) &* stride)
      s3 += x.vector((row &+ 3) &* stride)
      row &+= 4
    }
    while row < rows {
      s0 += x.vector(row &* stride)
      row &+= 1
    }
    let estimate = ((s0 + s1) + (s2 + s3)) / Float(rows)
    // The estimate is rounded; what the deviations from it sum to corrects both results.
    var d0 = Vector.zero
    var d1 = Vector.zero
    s0 = .zero
    s1 = .zero
    row = 0
    while row + 2 <= rows {
      let a = x.vector(row &* stride) - estimate
      let b = x.vector((row &+ 1) &* stride) - estimate
      d0 += a
      d1 += b
      s0.addProduct(a, a)
      s1.addProduct(b, b)
      row &+= 2
    }
    if row < rows {
      let a = x.vector(row &* stride) - estimate
      d0 += a
      s0.addProduct(a, a)
    }
    let residue = d0 + d1
    let squares = s0 + s1

    let before = moments[0]
    let total = before + Double(rows)
    let share = Double(rows) / total
    let weight = before * share
    let means = moments + 1 + firstChannel
    let sums = means + channels
    for lane in 0..<min(vectorWidth, channels - firstChannel) {
      let correction = Double(residue[lane]) / Double(rows)
      let difference = Double(estimate[lane]) + correction - means[lane]
      means[lane] += difference * share
      sums[lane] +=
        (Double(squares[lane]) - Double(residue[lane]) * correction)
        + difference * difference * weight
    }
  }

  /// Merges the moments of a right neighbour in the tree.
  public static func merge(
    into moments: UnsafeMutablePointer<Double>, _ other: UnsafePointer<Double>, size: Int
  ) {
    if other[0] == 0 { return }
    if moments[0] == 0 {
      moments.update(from: other, count: size)
      return
    }
    let channels = (size - 1) / 2
    let (a, b) = (moments[0], other[0])
    let total = a + b
    let weight = a * b / total
    for c in 1...channels {
      let difference = other[c] - moments[c]
      moments[c] = (a * moments[c] + b * other[c]) / total
      moments[c + channels] =
        (moments[c + channels] + other[c + channels]) + difference * difference * weight
    }
    moments[0] = total
  }

  /// Adds sums of a right neighbour in the tree: the combination for everything but moments.
  public static func add(
    into sums: UnsafeMutablePointer<Double>, _ other: UnsafePointer<Double>, size: Int
  ) {
    for i in 0..<size { sums[i] += other[i] }
  }
}
