import Datasets
import Tensors
import XCTest

final class RandomErasingTests: XCTestCase {
  private let resolution = 32
  private let channels = 3
  private let untouched: Float = 7

  /// A picture of one value, after erasing.
  private func erased(_ erasing: RandomErasing, sample: Int) -> [Float] {
    var pixels = [Float](repeating: untouched, count: resolution * resolution * channels)
    pixels.withUnsafeMutableBufferPointer {
      guard let start = $0.baseAddress else { return }
      erasing.apply(
        to: start, resolution: resolution, channels: channels,
        key: RandomKey(seed: 6, epoch: 2, sample: sample))
    }
    return pixels
  }

  /// Places (row, column) whose first channel changed.
  private func changed(_ pixels: [Float]) -> [(row: Int, column: Int)] {
    (0..<resolution * resolution).filter { pixels[$0 * channels] != untouched }
      .map { ($0 / resolution, $0 % resolution) }
  }

  func testWhatIsErasedIsOneRectangleOfTheRightSizeAndZeroInEveryChannel() {
    let erasing = RandomErasing(probability: 1)
    let area = Double(resolution * resolution)
    // Rounding each side to whole pixels changes the area by at most half the circumference.
    let rounding = 20.0
    for sample in 0..<300 {
      let pixels = erased(erasing, sample: sample)
      let places = changed(pixels)
      let (rows, columns) = (Set(places.map(\.row)), Set(places.map(\.column)))
      XCTAssertEqual(places.count, rows.count * columns.count)
      XCTAssertEqual(rows.count, (rows.max() ?? 0) - (rows.min() ?? 0) + 1)
      XCTAssertEqual(columns.count, (columns.max() ?? 0) - (columns.min() ?? 0) + 1)
      XCTAssert(rows.count < resolution && columns.count < resolution)
      XCTAssert(
        (0.02 * area - rounding...area / 3 + rounding).contains(Double(places.count)),
        "\(places.count)")
      XCTAssertEqual(pixels.filter { $0 == 0 }.count, places.count * channels)
    }
  }

  func testAShareOfTheSamplesIsErased() {
    let samples = 2000
    let erasing = RandomErasing(probability: 0.25)
    let count = (0..<samples).filter { !changed(erased(erasing, sample: $0)).isEmpty }.count
    // Five deviations of a binomial count.
    XCTAssertEqual(Double(count), 500, accuracy: 5 * 19.4)
    XCTAssert((0..<50).allSatisfy { changed(erased(.init(probability: 0), sample: $0)).isEmpty })
  }

  func testNoiseIsNormalAndInTheSamePlace() {
    let erasing = RandomErasing(probability: 1, fill: .noise)
    var noise: [Double] = []
    for sample in 0..<50 {
      let pixels = erased(erasing, sample: sample)
      noise += pixels.filter { $0 != untouched }.map(Double.init)
      XCTAssertEqual(
        changed(erased(.init(probability: 1), sample: sample)).map(\.row),
        changed(pixels).map(\.row), "the fill changed the place")
    }
    let count = Double(noise.count)
    let mean = noise.reduce(0, +) / count
    let variance = noise.reduce(0) { $0 + $1 * $1 } / count - mean * mean
    // Five deviations of the mean and of the variance of normal numbers.
    XCTAssertEqual(mean, 0, accuracy: 5 / count.squareRoot())
    XCTAssertEqual(variance, 1, accuracy: 5 * (2 / count).squareRoot())
  }
}
