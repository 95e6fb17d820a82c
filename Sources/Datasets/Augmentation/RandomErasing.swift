import Tensors

/// Erases a rectangle of the network's input, as torchvision does (Zhong et al. 2017).
public struct RandomErasing: Sendable, Equatable {
  /// What is put in place of the erased pixels.
  public enum Fill: String, Sendable, CaseIterable {
    /// Zero: the mean colour, for the input is normalised.
    case zero
    /// Normal noise with mean 0 and deviation 1 for each channel of each pixel.
    case noise
  }

  /// Share of the samples that lose a rectangle.
  public let probability: Double
  /// What is put in place of the erased pixels.
  public let fill: Fill
  private let rectangle: RandomRectangle

  /// Describes the rectangles, which are smaller than the picture in both directions.
  ///
  /// - Parameters:
  ///   - probability: Share of the samples that lose a rectangle.
  ///   - area: Share of the picture's area.
  ///   - aspect: Width divided by height.
  ///   - fill: What is put in place of the erased pixels.
  /// - Precondition: Probability and area lie between 0 and 1, and every aspect is positive.
  public init(
    probability: Double, area: ClosedRange<Double> = 0.02...1 / 3,
    aspect: ClosedRange<Double> = 0.3...1 / 0.3, fill: Fill = .zero
  ) {
    precondition(0...1 ~= probability, "\(probability) is no probability")
    self.probability = probability
    self.fill = fill
    rectangle = RandomRectangle(area: area, aspect: aspect)
  }

  /// Share of the picture's area.
  public var area: ClosedRange<Double> { rectangle.area }

  /// Width divided by height.
  public var aspect: ClosedRange<Double> { rectangle.aspect }

  /// Erases a rectangle of a sample, or not.
  ///
  /// - Parameters:
  ///   - pixels: The normalised picture, `[resolution, resolution, channels]`.
  ///   - resolution: Height and width.
  ///   - channels: Floats a pixel.
  ///   - key: That of the sample.
  public func apply(
    to pixels: UnsafeMutablePointer<Float>, resolution: Int, channels: Int, key: RandomKey
  ) {
    var random = CounterRandom(key, .erasing)
    guard random.uniform() < probability,
      let part = rectangle.draw(height: resolution, width: resolution, margin: 1, random: &random)
    else { return }
    for row in part.y..<part.y + part.height {
      for column in part.x..<part.x + part.width {
        let pixel = pixels + (row * resolution + column) * channels
        for channel in 0..<channels {
          pixel[channel] = fill == .zero ? 0 : Float(random.normal())
        }
      }
    }
  }
}
