import Glibc
import Images
import Tensors

/// Rectangles of whole pixels with random area, aspect and place: what cropping and erasing share.
struct RandomRectangle: Sendable, Equatable {
  /// Area as a fraction of the picture's; uniform.
  let area: ClosedRange<Double>
  /// Width divided by height; its logarithm is uniform.
  let aspect: ClosedRange<Double>

  /// How often a rectangle that does not fit is drawn anew; torchvision's number.
  static let attempts = 10

  /// - Precondition: The area lies between 0 and 1, and every aspect is positive.
  init(area: ClosedRange<Double>, aspect: ClosedRange<Double>) {
    precondition(
      area.lowerBound >= 0 && area.upperBound <= 1 && aspect.lowerBound > 0,
      "no rectangle has an area of \(area) of the picture and an aspect of \(aspect)")
    self.area = area
    self.aspect = aspect
  }

  /// Draws a rectangle.
  ///
  /// - Parameters:
  ///   - height: Height of the picture in pixels.
  ///   - width: Width of the picture in pixels.
  ///   - margin: Pixels by which the rectangle must be lower and narrower than the picture.
  ///   - random: Where the draws come from.
  /// - Returns: The rectangle, or `nil` if none of the attempts fits.
  func draw(
    height: Int, width: Int, margin: Int, random: inout CounterRandom
  ) -> (x: Int, y: Int, width: Int, height: Int)? {
    let logarithms = log(aspect.lowerBound)...log(aspect.upperBound)
    for _ in 0..<Self.attempts {
      let pixels = Double(height * width) * random.uniform(in: area)
      let ratio = exp(random.uniform(in: logarithms))
      // Python rounds halves to even numbers.
      let columns = Int((pixels * ratio).squareRoot().rounded(.toNearestOrEven))
      let rows = Int((pixels / ratio).squareRoot().rounded(.toNearestOrEven))
      guard columns > 0, columns <= width - margin, rows > 0, rows <= height - margin else {
        continue
      }
      let y = random.index(below: height - rows + 1)
      let x = random.index(below: width - columns + 1)
      return (x, y, columns, rows)
    }
    return nil
  }
}
