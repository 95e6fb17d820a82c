import Foundation
import Training

/// Which program this is.
enum Version {
  /// The newest heading of CHANGELOG.md.
  static let number = "0.1.0"

  /// What `--version` prints: the number, and what the numbers that it computes depend on.
  static var text: String {
    ([number] + LibraryVersions.description.components(separatedBy: "; ")).joined(separator: "\n")
  }
}
