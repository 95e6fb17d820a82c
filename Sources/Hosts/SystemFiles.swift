import Foundation

/// The files in which Linux tells about itself, below any folder.
struct SystemFiles {
  let root: String

  /// The content of a file; `nil` where there is none.
  func text(_ path: String) -> String? {
    // Not through a URL's length: these files say that they are empty.
    FileManager.default.contents(atPath: (root as NSString).appendingPathComponent(path)).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  /// A file that holds one number.
  func number(_ path: String) -> Double? {
    text(path).flatMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }
}
