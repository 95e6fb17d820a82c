/// How a picture of the dataset becomes the square input of the network.
public struct ImageGeometry: Sendable, Equatable {
  /// How a picture of another shape or size is brought to the network's resolution.
  public enum Fit: String, Sendable, CaseIterable {
    /// Resized to fill the square, whatever its aspect ratio.
    case stretch
    /// Centred with its aspect ratio kept: at its own size if it fits, otherwise reduced to fit. An
    /// odd margin has its extra pixel to the right and below.
    case pad
  }

  /// Pixels of the picture from top to bottom.
  public let sourceHeight: Int
  /// Pixels of the picture from left to right.
  public let sourceWidth: Int
  /// Bytes a pixel of the picture.
  public let sourceChannels: Int
  /// Side of the network's input in pixels.
  public let resolution: Int
  /// Channels of the network's input.
  public let channels: Int
  /// How the picture is brought to the resolution.
  public let fit: Fit
  /// What lies outside the picture, in all channels, 0 (black) to 255.
  public let fill: Double

  /// Describes the way from a picture to the network.
  ///
  /// - Throws: When the channels differ and are not 1 (grey) and 3 (red, green, blue).
  public init(
    sourceHeight: Int, sourceWidth: Int, sourceChannels: Int, resolution: Int, channels: Int,
    fit: Fit, fill: Double = 0
  ) throws(DatasetError) {
    precondition(
      sourceHeight > 0 && sourceWidth > 0 && resolution > 0 && channels > 0,
      "pictures need pixels and channels")
    guard sourceChannels == channels || [[1, 3], [3, 1]].contains([sourceChannels, channels])
    else {
      throw .incompatible(
        reason: "they have \(sourceChannels) channels, it has \(channels); give it as many")
    }
    self.sourceHeight = sourceHeight
    self.sourceWidth = sourceWidth
    self.sourceChannels = sourceChannels
    self.resolution = resolution
    self.channels = channels
    self.fit = fit
    self.fill = fill
  }

  /// Height and width that the whole picture takes up in the output.
  var fittedSize: (height: Int, width: Int) {
    let longSide = max(sourceHeight, sourceWidth)
    switch fit {
    case .stretch: return (resolution, resolution)
    case .pad where longSide <= resolution: return (sourceHeight, sourceWidth)
    case .pad:
      func reduced(_ side: Int) -> Int {
        max(1, (2 * side * resolution + longSide) / (2 * longSide))
      }
      return (reduced(sourceHeight), reduced(sourceWidth))
    }
  }
}
