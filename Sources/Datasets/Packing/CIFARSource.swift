import Boundary
import FoundationEssentials

/// Images of the binary version of CIFAR-10 or CIFAR-100: 32 × 32 pixels in colour.
///
/// Format: https://www.cs.toronto.edu/~kriz/cifar.html (one byte of label, of CIFAR-100 a coarse
/// and a fine one, then 1,024 bytes of red, green and blue each).
public struct CIFARSource: ImageSource {
  /// The official division.
  public enum Part: Sendable { case training, test }

  /// 32 pixels from top to bottom.
  public let height = 32
  /// 32 pixels from left to right.
  public let width = 32
  /// Red, green, blue.
  public let channels = 3
  /// Name of each class; of CIFAR-100 the fine ones.
  public let classNames: [String]
  /// Credit and licence of the pictures, may be empty.
  public let credit: String
  /// Index of the class of each image.
  public let labels: [Int32]
  /// Path of the folder.
  public let name: String

  private let batches: [RegularFile]
  private let labelByteCount: Int
  private let batchStarts: [Int]

  private static let smallSet = (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin"]
  // A hundred names are less.
  private static let listByteLimit = 1 << 20
  private static let largeSet = ["train.bin", "test.bin"]

  /// Whether a folder has all files of images of either data set.
  public static func isFolder(_ path: String) -> Bool {
    has(smallSet, in: path) || has(largeSet, in: path)
  }

  private static func has(_ files: [String], in folder: String) -> Bool {
    files.allSatisfy { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }
  }

  /// Opens one part of a data set.
  ///
  /// - Parameters:
  ///   - folder: Folder with `data_batch_1.bin` … `data_batch_5.bin`, `test_batch.bin` and
  ///     `batches.meta.txt`, or `train.bin`, `test.bin` and `fine_label_names.txt`.
  ///   - part: Which images of it.
  ///   - credit: Credit and licence of the pictures.
  /// - Throws: When a file is missing or has an impossible size, or a label has no name.
  public init(folder: String, part: Part, credit: String = "") throws(DatasetError) {
    let isLarge = Self.has(Self.largeSet, in: folder)
    let all = isLarge ? Self.largeSet : Self.smallSet
    let names = part == .training ? all.dropLast() : all.suffix(1)
    let labelByteCount = isLarge ? 2 : 1
    let size = labelByteCount + height * width * channels
    let list = "\(folder)/\(isLarge ? "fine_label_names" : "batches.meta").txt"
    let classNames = try DatasetError.openingSource(
      InputText.read(list, limit: Self.listByteLimit)
    ).split(whereSeparator: \.isNewline).map(String.init)
    var batches: [RegularFile] = []
    var starts: [Int] = []
    var labels: [Int32] = []
    for name in names {
      let path = "\(folder)/\(name)"
      let batch = try DatasetError.openingSource(RegularFile(path))
      guard batch.byteCount > 0, batch.byteCount.isMultiple(of: size) else {
        throw .badSource(
          file: path,
          reason:
            "it has \(batch.byteCount) bytes, which is no multiple of the \(size) of an image; "
            + "copy it again")
      }
      starts.append(labels.count)
      for image in 0..<batch.byteCount / size {
        let place = image * size + labelByteCount - 1
        labels.append(Int32(try DatasetError.openingSource(batch.bytes(place..<place + 1))[0]))
      }
      batches.append(batch)
    }
    name = folder
    self.labelByteCount = labelByteCount
    self.credit = credit
    self.batches = batches
    batchStarts = starts
    self.labels = labels
    self.classNames = try Self.classNames(of: labels, named: classNames, in: folder)
  }

  /// Reads one image.
  public func read(
    _ index: Int, into bytes: UnsafeMutableBufferPointer<UInt8>
  ) throws(DatasetError) {
    let batch = (batchStarts.firstIndex { $0 > index } ?? batchStarts.count) - 1
    let plane = height * width
    let start = (index - batchStarts[batch]) * (labelByteCount + bytes.count) + labelByteCount
    let file = batches[batch]
    let planes = try DatasetError.openingSource(file.bytes(start..<start + bytes.count))
    for pixel in 0..<plane {
      for channel in 0..<channels {
        bytes[pixel * channels + channel] = planes[channel * plane + pixel]
      }
    }
  }
}
