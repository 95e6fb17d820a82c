/// Labelled images of one size that can be packed into shards.
public protocol ImageSource {
  /// Pixels from top to bottom.
  var height: Int { get }
  /// Pixels from left to right.
  var width: Int { get }
  /// Bytes a pixel.
  var channels: Int { get }
  /// Name of each class.
  var classNames: [String] { get }
  /// Credit and licence of the pictures, may be empty.
  var credit: String { get }
  /// Index of the class of each image.
  var labels: [Int32] { get }
  /// Name for messages: the file the images come from.
  var name: String { get }

  /// Reads one image; cheapest in rising order.
  ///
  /// - Parameters:
  ///   - index: Index of the image.
  ///   - bytes: Room for the image, `[H, W, C]`. Written.
  /// - Throws: When the image cannot be read.
  func read(_ index: Int, into bytes: UnsafeMutableBufferPointer<UInt8>) throws(DatasetError)
}

extension ImageSource {
  /// Labels as indices of classes, and names for the classes.
  ///
  /// - Parameters:
  ///   - labels: Labels of any width.
  ///   - classNames: Names of the classes; `nil` names the classes up to the greatest label by
  ///     their numbers.
  ///   - file: The file the labels come from, for messages.
  /// - Throws: When a label is negative or has no class, or two classes have one name.
  static func classes(
    of labels: some Collection<Int64>, named classNames: [String]?, in file: String
  ) throws(DatasetError) -> (labels: [Int32], names: [String]) {
    let greatest = labels.max() ?? -1
    if classNames == nil && greatest > 65_535 {
      throw .badSource(
        file: file, reason: "label \(greatest) is too large; number the classes from 0")
    }
    let names = classNames ?? (0..<max(0, greatest + 1)).map(String.init)
    guard Set(names).count == names.count, !names.contains(where: { $0.contains("\n") }) else {
      throw .badSource(file: file, reason: "the names of the classes must differ, one line each")
    }
    for (image, label) in labels.enumerated() where !(0..<Int64(names.count)).contains(label) {
      throw .badLabel(file: file, image: image, label: Int(label), classCount: names.count)
    }
    return (labels.map(Int32.init), names)
  }
}
