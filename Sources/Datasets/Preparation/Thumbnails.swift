import Boundary
import Images

/// Small JPEG pictures for pages, of files and of samples.
public final class Thumbnails {
  private let longestSide: Int
  private let scratch = ImageScratch()

  /// Thumbnails whose longer side has `longestSide` pixels; smaller pictures stay as they are.
  public init(longestSide: Int) { self.longestSide = longestSide }

  /// A picture's file made small; nil if it cannot be read.
  public func jpeg(ofFile path: String) -> [UInt8]? {
    guard let file = try? RegularFile(path),
      let data = try? file.contents(limit: ImageDecoder.byteLimit)
    else { return nil }
    return data.withUnsafeBufferPointer { bytes in
      guard let size = try? scratch.decoder.describe(bytes),
        (try? scratch.decoder.decode(
          bytes, reduction: reduction(size.height, size.width), into: scratch.picture)) != nil
      else { return nil }
      return encodeSmall()
    }
  }

  /// A sample of a dataset made small; nil if it cannot be read.
  public func jpeg(ofSample sample: Int, in dataset: Dataset) -> [UInt8]? {
    let (shard, image) = dataset.locate(sample)
    let place = dataset.shards[shard].place(of: image)
    guard place.channels == 1 || place.channels == 3,
      (try? dataset.shards[shard].decode(
        image: image, reduction: reduction(place.height, place.width), scratch: scratch)) != nil
    else { return nil }
    return encodeSmall()
  }

  private func reduction(_ height: Int, _ width: Int) -> Int {
    [8, 4, 2].first { max(height, width) >= $0 * longestSide } ?? 1
  }

  private func encodeSmall() -> [UInt8]? {
    let picture = scratch.picture
    let side = max(picture.height, picture.width)
    let scale = min(1, Double(longestSide) / Double(side))
    scratch.resizer.resize(
      picture,
      box: ImageBox(
        x: 0, y: 0, width: Double(picture.width), height: Double(picture.height)),
      height: max(1, Int((Double(picture.height) * scale).rounded())),
      width: max(1, Int((Double(picture.width) * scale).rounded())), filter: .bicubic,
      into: scratch.current)
    return try? JPEGEncoder().encode(scratch.current, quality: 85)
  }
}
