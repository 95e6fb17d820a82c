import Boundary

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

  /// Whether the classes have but their numbers for names.
  private var hasNumberedClasses: Bool { classNames == classNames.indices.map(String.init) }

  /// Refuses what is hardly meant: numbers of classes that no image has, axes in another order.
  ///
  /// - Throws: What it looks like, and what to do.
  func requirePlausible() throws(DatasetError) {
    let shape = "images of \(height) × \(width) pixels with \(channels) channels"
    let isMoved = Self.usualChannels.contains(height) && !Self.usualChannels.contains(channels)
    let isPlausible =
      Self.usualChannels.contains(channels)
      && max(height, width) <= Self.greatestRatio * min(height, width)
    guard isPlausible else {
      throw .badSource(
        file: name,
        reason: "\(shape) " + (isMoved ? "look like [N, C, H, W]" : "are unusual")
          + "; store them as [N, H, W, C], or insist with --as-is")
    }
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

  /// Passes on what `body` yields; a file that is refused becomes an error of what is to be packed.
  static func opening<Value>(
    _ body: @autoclosure () throws(FileRefusal) -> Value, _ path: String
  ) throws(DatasetError) -> Value {
    do { return try body() } catch {
      throw .badSource(file: path, reason: "it cannot be read: \(error.reason)")
    }
  }

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
