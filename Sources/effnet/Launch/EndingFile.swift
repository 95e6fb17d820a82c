import Boundary
import Foundation

/// The file in which ranks leave their exit code, so that their launcher adds no words to theirs.
struct EndingFile {
  let path: String

  /// What precedes the program of each rank.
  ///
  /// - Parameter variables: Others of its environment, `NAME=VALUE`.
  func words(_ variables: String...) -> [String] {
    ["env", "\(Job.endingVariable)=\(path)"] + variables
  }

  /// What they have left, if they have.
  var code: Int32? {
    (try? RegularFile(path).contents(limit: 64)).flatMap {
      Int32(String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }
}
