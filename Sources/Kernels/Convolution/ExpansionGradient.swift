import Tensors

/// The gradients of an expansion that is not stored, from what one pass over it has gathered.
///
/// With ŷ = (x·W − μ)·s the normalised expansion, dz the gradient behind it, k = γ·s, and sums over
/// all n pixels of the batch-norm group, batch normalisation takes its share after the exchange:
///
///     dy = k·(dz − Σdz/n − ŷ·Σ(dz·ŷ)/n)
///     dW = xᵀdy,  dx = dy·Wᵀ
///
/// ŷ is linear in x, so both follow from P = xᵀdz, dx₀ = (dz·k)·Wᵀ, and the covariance of x.
public struct ExpansionGradient {
  /// Channels of x and of y.
  let inputChannels, channels: Int
  /// W, `[Cin, C]`.
  let weights: UnsafePointer<Float>
  /// μ, s and k of the group, `[C]`.
  let mean, inverseDeviation, scale: UnsafePointer<Float>

  /// Bundles pointers; owns nothing.
  public init(
    inputChannels: Int, channels: Int, weights: UnsafePointer<Float>, mean: UnsafePointer<Float>,
    inverseDeviation: UnsafePointer<Float>, scale: UnsafePointer<Float>
  ) {
    self.inputChannels = inputChannels
    self.channels = channels
    self.weights = weights
    self.mean = mean
    self.inverseDeviation = inverseDeviation
    self.scale = scale
  }

  @inline(__always)
  private func product(_ products: UnsafePointer<Float>, _ i: Int, _ c: Int) -> Double {
    let (block, lane) = (c / vectorWidth, c % vectorWidth)
    return Double(products[(block * inputChannels + i) * vectorWidth + lane])
  }

  /// Completes the sums of a micro-batch: Σ dz·ŷ = s·(Σᵢ Wᵢ·Pᵢ − μ·Σ dz).
  ///
  /// - Parameters:
  ///   - products: P, see ``Expansion/Gradient``.
  ///   - sums: See ``GradientSums``; Σ dz is there already.
  public func completeSums(
    _ products: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Double>
  ) {
    let target = sums + channelStride(channels)
    for c in 0..<channels {
      var sum = 0.0
      for i in 0..<inputChannels {
        sum += Double(weights[i * channels + c]) * product(products, i, c)
      }
      target[c] = Double(inverseDeviation[c]) * (sum - Double(mean[c]) * sums[c])
    }
  }

  /// Writes dW of a micro-batch.
  ///
  /// - Parameters:
  ///   - own, group: ``InputCovariance`` of the micro-batch and of its group.
  ///   - sums: Of the group.
  ///   - gradient: `[Cin, C]`. Written.
  public func writeWeightGradient(
    _ products: UnsafePointer<Float>, own: UnsafePointer<Double>, group: UnsafePointer<Double>,
    sums: UnsafePointer<Double>, into gradient: UnsafeMutablePointer<Float>
  ) {
    let inverseCount = 1 / max(group[0], 1)
    let dotSums = sums + channelStride(channels)
    let (ownMeans, groupMeans) = (own + 1, group + 1)
    let triangle = ownMeans + inputChannels
    withUnsafeTemporaryAllocation(of: Double.self, capacity: channels) { row in
      for i in 0..<inputChannels {
        row.update(repeating: 0)
        for j in 0..<inputChannels {
          // Σ xᵢ·(xⱼ − mⱼ) over the micro-batch, m the mean of the group.
          let deviation =
            triangle[max(i, j) * (max(i, j) + 1) / 2 + min(i, j)]
            + own[0] * ownMeans[i] * (ownMeans[j] - groupMeans[j])
          let other = weights + j * channels
          for c in 0..<channels { row[c] += deviation * Double(other[c]) }
        }
        let sum = own[0] * ownMeans[i]
        for c in 0..<channels {
          let slope = Double(inverseDeviation[c]) * dotSums[c] * inverseCount
          gradient[i * channels + c] = Float(
            Double(scale[c])
              * (product(products, i, c) - sum * sums[c] * inverseCount - row[c] * slope))
        }
      }
    }
  }

  /// Floats of a correction.
  public static func correctionSize(inputChannels: Int) -> Int {
    (inputChannels + 1) * channelStride(inputChannels)
  }

  /// Computes what ``correct`` adds: `dx − dx₀ = x·A + c`, with
  /// `A = −(W·(k·s·Σ(dz·ŷ)/n))·Wᵀ` and `c = −(k·Σdz/n − k·s·Σ(dz·ŷ)/n·μ)·Wᵀ`.
  ///
  /// - Parameters:
  ///   - sums, count: Of the group.
  ///   - correction: A, `[Cin, Cin]`, then c, rows padded to the channel stride. Written.
  public func writeCorrection(
    sums: UnsafePointer<Double>, count: Double, into correction: UnsafeMutablePointer<Float>
  ) {
    let inverseCount = 1 / max(count, 1)
    let dotSums = sums + channelStride(channels)
    let stride = channelStride(inputChannels)
    correction.update(repeating: 0, count: Self.correctionSize(inputChannels: inputChannels))
    for i in 0..<inputChannels {
      let own = weights + i * channels
      var constant = 0.0
      for c in 0..<channels {
        let k = Double(scale[c]) * inverseCount
        let slope = k * Double(inverseDeviation[c]) * dotSums[c]
        constant -= (k * sums[c] - slope * Double(mean[c])) * Double(own[c])
      }
      correction[inputChannels * stride + i] = Float(constant)
      for j in 0...i {
        let other = weights + j * channels
        var sum = 0.0
        for c in 0..<channels {
          sum -=
            Double(own[c]) * Double(scale[c]) * inverseCount * Double(inverseDeviation[c])
            * dotSums[c] * Double(other[c])
        }
        correction[i * stride + j] = Float(sum)
        correction[j * stride + i] = Float(sum)
      }
    }
  }

  /// Turns dx₀ of `rows` rows into dx.
  public func correct(
    _ dx: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, rows: Int,
    _ correction: UnsafePointer<Float>
  ) {
    let stride = channelStride(inputChannels)
    for first in Swift.stride(from: 0, to: stride, by: vectorWidth) {
      let constant = correction.vector(inputChannels * stride + first)
      for row in 0..<rows {
        let place = row &* stride &+ first
        dx.store(dx.vector(place) + constant, place)
      }
    }
    PixelProduct.multiply(
      .matrix(x, columns: stride), count: rows, depth: inputChannels,
      .matrix(correction, columns: stride), columns: inputChannels,
      into: .rows(dx, channels: inputChannels), adding: true)
  }
}
