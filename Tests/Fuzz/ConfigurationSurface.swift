import Boundary
import Foundation
import Training

/// Texts of configurations.
struct ConfigurationSurface: Surface {
  static let name = "configuration"
  let examples: [[UInt8]]
  let words = [
    "base: b0.yaml\n", "&a ", "*a", "null", "[", "{", "\"", "\\", "1e308", "-1", ".inf", ".nan",
    "9223372036854775807", "4611686018427387904", "5e-324", "!!binary ", "<<: ", "? ", "---\n",
    "\u{0}",
    "\u{FEFF}", "\u{1B}[31m", "true", "0x1F", "1_000", "*",
  ].map { Array($0.utf8) }
  private let folder: URL

  init(place: String) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder = root.appending(path: "Configs")
    self.folder = folder
    examples = try ["digits.yaml", "photographs.yaml", "b0.yaml", "b0-lars.yaml"].map {
      try RegularFile(folder.appending(path: $0).path).contents(limit: .max)
    }
  }

  func feed(_ mutant: [UInt8]) throws {
    let text = String(decoding: mutant, as: UTF8.self)
    let configuration = try Configuration(yaml: text, file: "mutant.yaml", folder: folder)
    guard try Configuration(yaml: configuration.yaml) == configuration else {
      throw Violation(description: "its resolved form reads as another configuration")
    }
  }
}
