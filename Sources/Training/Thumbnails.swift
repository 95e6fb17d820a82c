import Datasets
import Foundation
import Images

/// Small pictures of a data set's images, for pages.
struct Thumbnails {
  /// Longest side in pixels.
  static let side = 96
  private static let quality = 85

  private let dataset: Dataset

  init(_ dataset: Dataset) { self.dataset = dataset }

  /// The picture of a sample and where it comes from; `nil` if it cannot be read or shown.
  func callAsFunction(_ sample: Int) -> (jpeg: [UInt8], source: String?)? {
    guard dataset.channels == 1 || dataset.channels == 3 else { return nil }
    let picture = PixelImage(
      height: dataset.height, width: dataset.width, channels: dataset.channels)
    guard (try? dataset.read(sample: sample, into: picture.bytes)) != nil,
      let jpeg = try? JPEGEncoder().encode(Self.shrunk(picture), quality: Self.quality)
    else { return nil }
    return (jpeg, source(sample))
  }

  /// The picture with no side longer than ``side``.
  private static func shrunk(_ picture: PixelImage) -> PixelImage {
    let longest = max(picture.height, picture.width)
    guard longest > side else { return picture }
    let small = PixelImage()
    ImageResizer().resize(
      picture,
      box: ImageBox(x: 0, y: 0, width: Double(picture.width), height: Double(picture.height)),
      height: max(1, picture.height * side / longest),
      width: max(1, picture.width * side / longest), filter: .bicubic, into: small)
    return small
  }

  /// Shard and place in it.
  private func source(_ sample: Int) -> String? {
    var first = 0
    for shard in dataset.shards {
      if sample < first + shard.description.count {
        return "\(URL(fileURLWithPath: shard.path).lastPathComponent) image \(sample - first)"
      }
      first += shard.description.count
    }
    return nil
  }
}
