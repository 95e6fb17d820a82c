import Kernels
import Tensors
import XCTest

final class SoftmaxCrossEntropyTests: XCTestCase {
  /// Computed in doubles; the gradient is rounded to floats once.
  private let tolerance = 1e-6
  private let (images, classes) = (5, 23)

  override func tearDown() { releaseBuffers() }

  /// Logits up to 40, so that powers of e overflow a float unless they are shifted; in the last
  /// image two are the largest.
  private var logits: [Double] {
    var logits = randomValues(images * classes, seed: 9, scale: 40)
    logits[4 * classes + 3] = 90
    logits[4 * classes + 11] = 90
    return logits
  }

  func testLossAndGradientMatchTheReference() {
    let labels: [Int32] = [2, 0, 22, 7, 11]
    for smoothing in [0, 0.1] {
      let rows = Layout.rows.pixels(logits, channels: classes)
      let expected = (0..<images).map {
        SoftmaxReference.loss(
          Array(logits[$0 * classes..<($0 + 1) * classes]), label: Int(labels[$0]),
          smoothing: smoothing)
      }
      let totals = SoftmaxCrossEntropy.backward(
        rows.start, images: images, classes: classes, labels: labels, smoothing: smoothing)
      let loss = expected.reduce(0) { $0 + $1.loss }
      XCTAssertEqual(totals.loss / loss, 1, accuracy: tolerance, "smoothing \(smoothing)")
      assertClose(
        rows, expected.flatMap(\.gradient), channels: classes, tolerance: tolerance,
        "smoothing \(smoothing)")
    }
  }

  func testLossAndGradientOfMixedLabelsMatchTheReference() {
    let labels: [Int32] = [2, 0, 22, 7, 11]
    // Two different classes, one class twice, one label alone, the partner alone, and halves.
    let partners: [Int32] = [5, 0, 3, 1, 4]
    let weights: [Float] = [0.75, 0.25, 1, 0, 0.5]
    for smoothing in [0, 0.1] {
      let rows = Layout.rows.pixels(logits, channels: classes)
      let expected = (0..<images).map {
        SoftmaxReference.loss(
          Array(logits[$0 * classes..<($0 + 1) * classes]), label: Int(labels[$0]),
          partner: (Int(partners[$0]), Double(weights[$0])), smoothing: smoothing)
      }
      let totals = SoftmaxCrossEntropy.backward(
        rows.start, images: images, classes: classes, labels: labels,
        partners: partners, weights: weights, smoothing: smoothing)
      let loss = expected.reduce(0) { $0 + $1.loss }
      XCTAssertEqual(totals.loss / loss, 1, accuracy: tolerance, "smoothing \(smoothing)")
      assertClose(
        rows, expected.flatMap(\.gradient), channels: classes, tolerance: tolerance,
        "smoothing \(smoothing)")
    }
  }

  func testAWholeShareChangesNoBit() {
    let labels: [Int32] = [2, 0, 22, 7, 11]
    let partners: [Int32] = [5, 0, 3, 1, 4]
    let weights = [Float](repeating: 1, count: images)
    let (plain, mixed) = (
      Layout.rows.pixels(logits, channels: classes), Layout.rows.pixels(logits, channels: classes)
    )
    let expected = SoftmaxCrossEntropy.backward(
      plain.start, images: images, classes: classes, labels: labels, smoothing: 0.1)
    let totals = SoftmaxCrossEntropy.backward(
      mixed.start, images: images, classes: classes, labels: labels,
      partners: partners, weights: weights, smoothing: 0.1)
    XCTAssertEqual(totals, expected)
    for i in 0..<images * channelStride(classes) {
      XCTAssertEqual(mixed.start[i].bitPattern, plain.start[i].bitPattern, "\(i)")
    }
  }

  func testTheLabelWithTheLargerShareIsTheAnswer() {
    // The largest logit of the first image belongs to its partner, half of the time by most of it.
    for (weight, hits) in [(Float(0.75), 0), (0.5, 0), (0.25, 1), (0, 1)] {
      let row = buffer(channelStride(classes))
      row.start[4] = 1
      let totals = SoftmaxCrossEntropy.backward(
        row.start, images: 1, classes: classes, labels: [2],
        partners: [4], weights: [weight], smoothing: 0)
      XCTAssertEqual(totals.correct, hits, "\(weight)")
    }
  }

  func testTheFirstOfEqualLogitsIsTheAnswer() {
    let best = (0..<images).map { image in
      SoftmaxCrossEntropy.argmax(
        dense(Array(logits[image * classes..<(image + 1) * classes])).start, classes)
    }
    XCTAssertEqual(best[4], 3)
    for (labels, hits) in [(best, 5), (best.map { $0 == 3 ? 11 : $0 }, 4)] {
      let totals = SoftmaxCrossEntropy.backward(
        Layout.rows.pixels(logits, channels: classes).start, images: images, classes: classes,
        labels: labels.map(Int32.init), smoothing: 0)
      XCTAssertEqual(totals.correct, hits)
    }
  }

  func testTheRankIsThePlaceInTheOrderOfScores() {
    // Few different scores, so that many are equal.
    for count in [1, 2, 5, 23, 64] {
      let scores = randomValues(count, seed: 4, scale: 3).map { $0.rounded() }
      let order = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
      let row = dense(scores).start
      for (rank, index) in order.enumerated() {
        XCTAssertEqual(SoftmaxCrossEntropy.rank(of: index, in: row, count), rank, "\(index)")
      }
      XCTAssertEqual(order[0], SoftmaxCrossEntropy.argmax(row, count))
    }
  }

  func testTheLabelIsAmongTheFiveUpToRankFour() {
    for rank in 0..<classes {
      let scores = (0..<classes).map { Double(-$0) }
      // The answer of a mixed image is the label with the larger share.
      for (label, partner, weight) in [(rank, 0, Float(1)), (classes - 1, rank, 0.25)] {
        let totals = SoftmaxCrossEntropy.backward(
          dense(scores).start, images: 1, classes: classes, labels: [Int32(label)],
          partners: [Int32(partner)], weights: [weight], smoothing: 0)
        XCTAssertEqual(totals.correct, rank == 0 ? 1 : 0, "\(rank)")
        XCTAssertEqual(totals.correctTop5, rank < 5 ? 1 : 0, "\(rank)")
      }
    }
  }

  func testProbabilitiesMatchTheReference() {
    let rows = Layout.rows.pixels(logits, channels: classes)
    SoftmaxCrossEntropy.probabilities(rows.start, images: images, classes: classes)
    let expected = (0..<images).flatMap {
      SoftmaxReference.probabilities(Array(logits[$0 * classes..<($0 + 1) * classes]))
    }
    assertClose(rows, expected, channels: classes, tolerance: tolerance)
  }
}
