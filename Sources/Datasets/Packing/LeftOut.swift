import Boundary

/// What is not taken of folders of pictures, and why.
package struct LeftOut: Sendable, Equatable {
  /// What cannot be read, or lies where no picture belongs.
  package private(set) var unreadable: [SkippedPicture] = []
  /// Links to what is taken already, and further names of it.
  package private(set) var repeated: [SkippedPicture] = []
  /// Hidden pictures and folders.
  package var hiddenCount = 0
  /// Folders that hold no pictures of a person's: of a system, of a server, of the kernel.
  package var systemFolders: [String] = []
  /// How many files have each of the endings that are none of a picture.
  private var counts: [String: Int] = [:]

  /// Nothing.
  package init() {}

  /// Counts a file with another ending.
  mutating func count(_ path: String) { counts[PictureName.ending(of: path), default: 0] += 1 }

  /// Adds what cannot be read.
  mutating func skip(_ path: String, _ reason: String) {
    unreadable.append(SkippedPicture(path: path, reason: reason))
  }

  /// Adds what is taken already.
  mutating func `repeat`(_ path: String, _ reason: String) {
    repeated.append(SkippedPicture(path: path, reason: reason))
  }

  /// The same with paths from another folder, which this one lies in as `folder`.
  package func within(_ folder: String) -> LeftOut {
    func moved(_ path: String) -> String { path.isEmpty ? folder : "\(folder)/\(path)" }
    var other = self
    other.unreadable = unreadable.map { SkippedPicture(path: moved($0.path), reason: $0.reason) }
    other.repeated = repeated.map { SkippedPicture(path: moved($0.path), reason: $0.reason) }
    other.systemFolders = systemFolders.map(moved)
    return other
  }

  /// Adds what was left out elsewhere.
  package mutating func add(_ other: LeftOut) {
    unreadable += other.unreadable
    repeated += other.repeated
    hiddenCount += other.hiddenCount
    systemFolders += other.systemFolders
    counts.merge(other.counts, uniquingKeysWith: +)
  }

  /// Files with other endings.
  package var otherFileCount: Int { counts.values.reduce(0, +) }

  /// A line for each kind of thing that was left out without being a fault.
  package var lines: [String] {
    var lines: [String] = []
    if otherFileCount > 0 { lines.append("left out \(otherFiles)") }
    if hiddenCount > 0 {
      lines.append(
        "left out \(hiddenCount) hidden picture\(hiddenCount == 1 ? "" : "s or folders")")
    }
    if !systemFolders.isEmpty {
      lines.append(
        "left out \(systemFolders.count.counted("folder")) of the system: "
          + systemFolders.sorted { $0.precedes($1) }.listed)
    }
    return lines
  }

  /// As in "12 files: 8 .gif, 3 .txt, 1 without ending".
  private var otherFiles: String {
    let kinds = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { $0.key.isEmpty ? "\($0.value) without ending" : "\($0.value) .\($0.key)" }
    return "\(otherFileCount.counted("file")), neither JPEG nor PNG: "
      + kinds.listed
  }
}

extension [String] {
  /// Names of which a list shows no more.
  private static var shownCount: Int { 5 }

  /// The names as part of a line, the first of many.
  package var listed: String {
    prefix(Self.shownCount).map { $0.shown(limit: 80) }.joined(separator: ", ")
      + (count > Self.shownCount ? ", … (\(count))" : "")
  }
}
