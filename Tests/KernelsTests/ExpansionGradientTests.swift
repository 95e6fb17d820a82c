import Kernels
import Tensors
import XCTest

/// The gradients of an expansion and its batch normalisation over the micro-batches of a group,
/// against the expansion written out.
final class ExpansionGradientTests: XCTestCase {
  /// Float32 operands; the corrections take away a part of what they correct.
  private let tolerance = 1e-5
  private let epsilon = 1e-3
  /// Pixels of the micro-batches: several tiles of the correction, one, none.
  private let counts = [300, 51, 0]

  func testGradientsAreThoseOfAStoredExpansion() {
    for (inputChannels, channels) in [(8, 24), (5, 40), (24, 96), (40, 16)] {
      check(inputChannels, channels)
      releaseBuffers()
    }
  }

  private func check(_ inputChannels: Int, _ channels: Int) {
    let label = "\(inputChannels) → \(channels)"
    let total = counts.reduce(0, +)
    // Inputs of different size and offset: a covariance far from the identity.
    let offsets = randomValues(inputChannels, seed: 1, scale: 3)
    let x = randomValues(total * inputChannels, seed: 2).enumerated().map {
      Double(Float($1 + offsets[$0 % inputChannels]))
    }
    let weights = randomValues(inputChannels * channels, seed: 3)
    let gamma = randomValues(channels, seed: 4)
    let beta = randomValues(channels, seed: 5)
    let dz = randomValues(total * channels, seed: 6)
    let y = MatrixReference.multiply(x, weights, k: inputChannels)
    let normalization = BatchNormalizationReference(y, channels: channels, epsilon: epsilon)
    let dy = normalization.inputGradient(dz, gamma: gamma)
    let dx = MatrixReference.multiplyByTransposed(dy, weights, k: channels)
    let scale = normalization.scaleAndShift(gamma: gamma, beta: beta).scale

    let first = counts.indices.map { counts[..<$0].reduce(0, +) }
    func part(_ values: [Double], _ microBatch: Int, _ width: Int) -> [Double] {
      let start = first[microBatch] * width
      return Array(values[start..<start + counts[microBatch] * width])
    }
    let parts = counts.indices.map {
      (x: part(x, $0, inputChannels), dz: part(dz, $0, channels), dy: part(dy, $0, channels))
    }

    let own = parts.map { covariance($0.x, channels: inputChannels) }
    var group = own[0]
    for other in own[1...] {
      InputCovariance.merge(into: &group, other, channels: inputChannels)
    }
    let gradient = ExpansionGradient(
      inputChannels: inputChannels, channels: channels, weights: dense(weights).start,
      mean: vector(normalization.mean),
      inverseDeviation: vector(normalization.inverseDeviation), scale: vector(scale))

    var sums = [Double](repeating: 0, count: GradientSums.size(channels: channels))
    let products = parts.map { part in
      let products = buffer(
        Expansion.productsSize(inputChannels: inputChannels, channels: channels),
        filledWith: paddingValue)
      var ownSums = [Double](repeating: 0, count: sums.count)
      if part.x.isEmpty {
        products.values.update(repeating: 0)
      } else {
        productPanels(products, channels: channels).write(
          MatrixReference.multiplyTransposed(
            part.x, part.dz, k: part.x.count / inputChannels),
          channels: channels, padding: paddingValue)
      }
      for (c, sum) in MatrixReference.columnSums(part.dz, columns: channels).enumerated() {
        ownSums[c] = sum
      }
      gradient.completeSums(products.start, &ownSums)
      assertClose(
        channelValues(ownSums, channels: channels),
        StatisticsReference.gradientSums(
          part.dz, MatrixReference.multiply(part.x, weights, k: inputChannels),
          mean: normalization.mean, inverseDeviation: normalization.inverseDeviation),
        tolerance: tolerance, "\(label) sums")
      ChannelMoments.add(into: &sums, ownSums, size: sums.count)
      return products
    }

    for (index, part) in parts.enumerated() {
      let written = buffer(weights.count, filledWith: .nan)
      gradient.writeWeightGradient(
        products[index].start, own: own[index], group: group, sums: sums, into: written.start)
      let expected =
        part.x.isEmpty
        ? weights.map { _ in 0 }
        : MatrixReference.multiplyTransposed(part.x, part.dy, k: counts[index])
      assertClose(
        values(written, count: weights.count), expected, tolerance: tolerance,
        "\(label) weights of \(index)")
    }

    let correction = buffer(
      ExpansionGradient.correctionSize(inputChannels: inputChannels), filledWith: .nan)
    gradient.writeCorrection(sums: sums, count: Double(total), into: correction.start)
    let scaled = dz.indices.map { dz[$0] * scale[$0 % channels] }
    let corrected = Layout.rows.pixels(
      MatrixReference.multiplyByTransposed(scaled, weights, k: channels), channels: inputChannels)
    let rows = Layout.rows.pixels(x, channels: inputChannels)
    for (start, count) in [(0, 256), (256, total - 256)] {
      gradient.correct(
        corrected.dropping(start).start, x: rows.dropping(start).start, rows: count,
        correction.start)
    }
    assertClose(corrected, dx, channels: inputChannels, tolerance: tolerance, "\(label) input")
  }
}
