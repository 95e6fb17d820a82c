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
  // Grey, grey with alpha, colour, colour with alpha.
  private static var usualChannels: ClosedRange<Int> { 1...4 }
  // No picture is so narrow: it is a plane of colour, or pixels in one row.
  private static var greatestRatio: Int { 32 }
  // No picture is so small: it is a table of numbers, and the labels take more than it does.
  private static var leastPixels: Int { 4 }

  /// Whether the classes have but their numbers for names.
  private var hasNumberedClasses: Bool { classNames == classNames.indices.map(String.init) }

  /// Refuses what is hardly meant: numbers of classes that no image has, axes in another order.
  ///
  /// - Throws: What it looks like, and what to do.
  func requirePlausible() throws(DatasetError) {
    try Self.requireUsable(
      count: labels.count, height: height, width: width, channels: channels, isAsIs: false,
      in: name)
    let used = Set(labels)
    guard !hasNumberedClasses || used.count == classNames.count else {
      let missing = classNames.indices.filter { !used.contains(Int32($0)) }.map(String.init)
      let nouns =
        missing.count == 1 ? "class \(missing.listed) has" : "classes \(missing.listed) have"
      throw .badSource(
        file: name,
        reason: "its labels go from \(used.min() ?? 0) to \(used.max() ?? 0), and \(nouns) no "
          + "image; number them from 0 without gaps, name the classes with --classes, or insist "
          + "with --as-is")
    }
  }

  /// Refuses more images than can be numbered, and, unless they are to be taken as they are, shapes
  /// that are hardly meant: before memory is taken for their labels.
  ///
  /// - Precondition: An image has no more bytes than there can be.
  static func requireUsable(
    count: Int, height: Int, width: Int, channels: Int, isAsIs: Bool, in file: String
  ) throws(DatasetError) {
    guard count <= Dataset.countLimit else {
      throw .badSource(
        file: file, reason: "it has \(count) images, more than the \(Dataset.countLimit) of a set")
    }
    if isAsIs { return }
    let shape = "images of \(height) × \(width) pixels with \(channels) channels"
    let isMoved = usualChannels.contains(height) && !usualChannels.contains(channels)
    let isPlausible =
      usualChannels.contains(channels) && height * width >= leastPixels
      && max(height, width) <= greatestRatio * min(height, width)
    guard isPlausible else {
      throw .badSource(
        file: file,
        reason: "\(shape) " + (isMoved ? "look like [N, C, H, W]" : "are unusual")
          + "; store them as [N, H, W, C], or insist with --as-is")
    }
  }

  /// Names for the classes that labels are the indices of.
  ///
  /// - Parameters:
  ///   - labels: Labels of any width.
  ///   - classNames: Names of the classes; `nil` names the classes up to the greatest label by
  ///     their numbers.
  ///   - file: The file the labels come from, for messages.
  /// - Throws: When a label is negative or has no class, or two classes have one name.
  static func classNames(
    of labels: [some FixedWidthInteger & SignedInteger], named classNames: [String]?,
    in file: String
  ) throws(DatasetError) -> [String] {
    let greatest = Int(clamping: labels.max() ?? -1)
    if classNames == nil && greatest > 65_535 {
      throw .badSource(
        file: file, reason: "label \(greatest) is too large; number the classes from 0")
    }
    let names = classNames ?? (0..<max(0, greatest + 1)).map(String.init)
    guard Set(names).count == names.count, !names.contains(where: { $0.contains("\n") }) else {
      throw .badRequest(file: file, reason: "the names of the classes must differ, one line each")
    }
    for (image, label) in labels.enumerated() where label < 0 || label >= names.count {
      throw .badLabel(
        file: file, image: image, label: Int(clamping: label), classCount: names.count)
    }
    return names
  }
}
