import Images
import Tensors

/// The part of a training picture that is resized to the network's input, as torchvision draws it.
///
/// Ten attempts with a uniform share of the area and a log-uniform aspect; if none fits, the
/// largest centred part whose aspect is allowed. The official TensorFlow code also rejects parts
/// below a tenth of the picture (`min_object_covered`), and falls back to its evaluation crop; both
/// are left out.
public struct RandomResizedCrop: Sendable, Equatable {
  private let rectangle: RandomRectangle

  /// Describes the parts; by default those of the official recipe.
  ///
  /// - Parameters:
  ///   - area: Share of the picture's area.
  ///   - aspect: Width divided by height.
  /// - Precondition: The area lies between 0 and 1, and every aspect is positive.
  public init(area: ClosedRange<Double> = 0.08...1, aspect: ClosedRange<Double> = 3 / 4...4 / 3) {
    rectangle = RandomRectangle(area: area, aspect: aspect)
  }

  /// Share of the picture's area.
  public var area: ClosedRange<Double> { rectangle.area }

  /// Width divided by height.
  public var aspect: ClosedRange<Double> { rectangle.aspect }

  /// The part that is taken of a sample in an epoch, in whole pixels.
  ///
  /// - Precondition: The picture, `height` × `width` pixels, has pixels.
  public func box(height: Int, width: Int, key: RandomKey) -> ImageBox {
    precondition(height > 0 && width > 0, "nothing can be cut out of \(height) × \(width) pixels")
    var random = CounterRandom(key, .crop)
    if let part = rectangle.draw(height: height, width: width, margin: 0, random: &random) {
      return ImageBox(
        x: Double(part.x), y: Double(part.y), width: Double(part.width),
        height: Double(part.height))
    }
    let ratio = Double(width) / Double(height)
    var (rows, columns) = (Double(height), Double(width))
    if ratio < aspect.lowerBound {
      rows = (columns / aspect.lowerBound).rounded(.toNearestOrEven)
    } else if ratio > aspect.upperBound {
      columns = (rows * aspect.upperBound).rounded(.toNearestOrEven)
    }
    (rows, columns) = (max(1, rows), max(1, columns))
    return ImageBox(
      x: ((Double(width) - columns) / 2).rounded(.down),
      y: ((Double(height) - rows) / 2).rounded(.down), width: columns, height: rows)
  }
}
