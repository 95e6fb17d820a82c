import Tensors

/// Count, mean and sum of squared deviations of each channel, merged without cancellation.
///
/// Stored as doubles: the count, the means, the sums of squared deviations (M2), the latter two
/// padded to the channel stride. Merging follows Chan, Golub and LeVeque 1979 ("Updating formulae
/// and a pairwise algorithm for computing sample variances") and is commutative bit for bit, so the
/// tree decides the result.
public enum ChannelMoments {
  /// Doubles for `channels` channels.
  public static func size(channels: Int) -> Int { 2 * channelStride(channels) + 1 }

  /// Adds `count` pixels to the moments.
  ///
  /// Two passes over a tile in cache: the mean first, then deviations from it (Chan et al., the
  /// corrected two-pass algorithm).
  public static func accumulate(
    into moments: UnsafeMutablePointer<Double>, channels: Int, _ x: Pixels, count: Int
  ) {
    for first in stride(from: 0, to: channelStride(channels), by: vectorWidth) {
      accumulateBlock(
        into: moments, channels: channels, firstChannel: first, x.block(first), step: x.step,
        count: count)
    }
    moments[0] += Double(count)
  }

  /// Adds 16 channels of `count` pixels that lie `step` floats apart, without counting them.
  ///
  /// - Parameter counted: Pixels of these channels that were added since the count was last moved.
  @inline(__always)
  static func accumulateBlock(
    into moments: UnsafeMutablePointer<Double>, counted: Int = 0, channels: Int, firstChannel: Int,
    _ x: UnsafePointer<Float>, step: Int, count: Int
  ) {
    var s0 = Vector.zero
    var s1 = Vector.zero
    var s2 = Vector.zero
    var s3 = Vector.zero
    var i = 0
    while i + 4 <= count {
      s0 += x.vector(i &* step)
      s1 += x.vector((i &+ 1) &* step)
      s2 += x.vector((i &+ 2) &* step)
      s3 += x.vector((i &+ 3) &* step)
      i &+= 4
    }
    while i < count {
      s0 += x.vector(i &* step)
      i &+= 1
    }
    let estimate = ((s0 + s1) + (s2 + s3)) / Float(count)
    // The estimate is rounded; what the deviations from it sum to corrects both results.
    var d0 = Vector.zero
    var d1 = Vector.zero
    s0 = .zero
    s1 = .zero
    i = 0
    while i + 2 <= count {
      let a = x.vector(i &* step) - estimate
      let b = x.vector((i &+ 1) &* step) - estimate
      d0 += a
      d1 += b
      s0.addProduct(a, a)
      s1.addProduct(b, b)
      i &+= 2
    }
    if i < count {
      let a = x.vector(i &* step) - estimate
      d0 += a
      s0.addProduct(a, a)
    }
    let (residue, squares) = (d0 + d1, s0 + s1)
    let before = moments[0] + Double(counted)
    let share = Double(count) / (before + Double(count))
    let means = moments + 1 + firstChannel
    let sums = means + channelStride(channels)
    merge(
      estimate.lowHalf.doubles, residue.lowHalf.doubles,
      squares.lowHalf.doubles, count: Double(count), share: share, weight: before * share,
      into: means, sums)
    merge(
      estimate.highHalf.doubles, residue.highHalf.doubles,
      squares.highHalf.doubles, count: Double(count), share: share, weight: before * share,
      into: means + 8, sums + 8)
  }

  @inline(__always)
  private static func merge(
    _ estimate: SIMD8<Double>, _ residue: SIMD8<Double>, _ squares: SIMD8<Double>, count: Double,
    share: Double, weight: Double, into means: UnsafeMutablePointer<Double>,
    _ sums: UnsafeMutablePointer<Double>
  ) {
    let correction = residue / count
    let difference = estimate + correction - means.eight(0)
    means.store(means.eight(0) + difference * share, 0)
    sums.store(
      sums.eight(0) + (squares - residue * correction) + difference * difference * weight, 0)
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
    let stride = (size - 1) / 2
    let (a, b) = (moments[0], other[0])
    let total = a + b
    let weight = a * b / total
    for c in 1...stride {
      let difference = other[c] - moments[c]
      moments[c] = (a * moments[c] + b * other[c]) / total
      moments[c + stride] =
        (moments[c + stride] + other[c + stride]) + difference * difference * weight
    }
    moments[0] = total
  }

  /// Adds sums of a right neighbour in the tree: the combination of plain sums.
  public static func add(
    into sums: UnsafeMutablePointer<Double>, _ other: UnsafePointer<Double>, size: Int
  ) {
    for i in 0..<size { sums[i] += other[i] }
  }
}
