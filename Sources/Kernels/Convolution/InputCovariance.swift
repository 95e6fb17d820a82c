import Tensors

/// Count, mean and summed products of deviations of the input of an expansion.
///
/// A pointwise convolution is linear, so the moments of its output y = x·W follow from those of its
/// input: the mean is mᵀW, the squared deviations are the quadratic form wᵀSw of each column w. The
/// expansion need not exist to be normalised.
///
/// Stored as doubles: the count, the C means, the lower triangle of S row by row.
public enum InputCovariance {
  /// Doubles for `channels` channels.
  public static func size(channels: Int) -> Int { 1 + channels + channels * (channels + 1) / 2 }

  /// Floats of scratch that ``accumulate`` needs.
  public static func scratchSize(channels: Int) -> Int {
    (PixelProduct.tileRows + channels + 2) * channelStride(channels)
  }

  /// Adds a tile of at most ``PixelProduct/tileRows`` rows `[rows, C]`.
  public static func accumulate(
    into payload: UnsafeMutablePointer<Double>, channels: Int, _ x: UnsafePointer<Float>,
    rows: Int, scratch: UnsafeMutablePointer<Float>
  ) {
    let stride = channelStride(channels)
    let products = scratch
    let residues = products + channels * stride
    let estimates = residues + stride
    let centred = estimates + stride
    for first in Swift.stride(from: 0, to: stride, by: vectorWidth) {
      var sum = Vector.zero
      for row in 0..<rows { sum += x.vector(row &* stride &+ first) }
      let estimate = sum / Float(rows)
      var residue = Vector.zero
      for row in 0..<rows {
        let deviation = x.vector(row &* stride &+ first) - estimate
        residue += deviation
        centred.store(deviation, row &* stride &+ first)
      }
      residues.store(residue, first)
      estimates.store(estimate, first)
    }
    // Merging as Chan et al. do for variances; the rounded estimate is corrected by its residue.
    let (before, count) = (payload[0], Double(rows))
    let total = before + count
    let means = payload + 1
    withUnsafeTemporaryAllocation(of: Double.self, capacity: channels) { differences in
      for c in 0..<channels {
        differences[c] = Double(estimates[c]) + Double(residues[c]) / count - means[c]
        means[c] += differences[c] * (count / total)
      }
      // [rows, C]ᵀ · [rows, C]
      GEMM.multiplyTransposed(
        m: channels, n: channels, k: rows, centred, stride, centred, stride, into: products, stride,
        accumulating: false)
      var place = means + channels
      let weight = before * count / total
      for i in 0..<channels {
        let (residue, difference) = (Double(residues[i]) / count, differences[i] * weight)
        for j in 0...i {
          place[j] +=
            (Double(products[i * stride + j]) - residue * Double(residues[j]))
            + difference * differences[j]
        }
        place += i + 1
      }
    }
    payload[0] = total
  }

  /// Merges the payload of a right neighbour in the tree; commutative bit for bit.
  public static func merge(
    into payload: UnsafeMutablePointer<Double>, _ other: UnsafePointer<Double>, channels: Int
  ) {
    if other[0] == 0 { return }
    if payload[0] == 0 {
      payload.update(from: other, count: size(channels: channels))
      return
    }
    let (a, b) = (payload[0], other[0])
    let total = a + b
    let weight = a * b / total
    let (means, otherMeans) = (payload + 1, other + 1)
    var (place, otherPlace) = (means + channels, otherMeans + channels)
    for i in 0..<channels {
      let difference = (otherMeans[i] - means[i]) * weight
      for j in 0...i {
        place[j] = (place[j] + otherPlace[j]) + difference * (otherMeans[j] - means[j])
      }
      place += i + 1
      otherPlace += i + 1
    }
    for c in 0..<channels { means[c] = (a * means[c] + b * otherMeans[c]) / total }
    payload[0] = total
  }

  /// Computes the moments of the expansion y = x·W.
  ///
  /// - Parameters:
  ///   - weights: `[C, Cout]`.
  ///   - moments: See ``ChannelMoments``. Written.
  public static func expand(
    _ payload: UnsafePointer<Double>, channels: Int, weights: UnsafePointer<Float>,
    outputChannels: Int, into moments: UnsafeMutablePointer<Double>
  ) {
    moments.update(repeating: 0, count: ChannelMoments.size(channels: outputChannels))
    moments[0] = payload[0]
    let means = moments + 1
    let squares = means + channelStride(outputChannels)
    var place = payload + 1 + channels
    withUnsafeTemporaryAllocation(of: Double.self, capacity: outputChannels) { row in
      for i in 0..<channels {
        let own = weights + i * outputChannels
        // Twice the part left of the diagonal, and the diagonal.
        for c in 0..<outputChannels {
          means[c] += payload[1 + i] * Double(own[c])
          row[c] = place[i] * Double(own[c])
        }
        for j in 0..<i {
          let (twice, other) = (2 * place[j], weights + j * outputChannels)
          for c in 0..<outputChannels { row[c] += twice * Double(other[c]) }
        }
        for c in 0..<outputChannels { squares[c] += Double(own[c]) * row[c] }
        place += i + 1
      }
    }
    for c in 0..<outputChannels { squares[c] = max(squares[c], 0) }
  }
}
