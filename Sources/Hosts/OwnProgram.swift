import Foundation

/// The file that this process runs.
package enum OwnProgram {
  /// Its path, whatever name it was started by; the system's link to it where that cannot be read.
  package static let path: String = {
    let link = "/proc/self/exe"
    return (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) ?? link
  }()
}
