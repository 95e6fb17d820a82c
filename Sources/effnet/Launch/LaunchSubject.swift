import ArgumentParser
import Boundary
import Studies
import Training

/// What the words of the command line have ranks started for: `CONFIG`, or `search KIND CONFIG`.
enum LaunchSubject {
  case training(config: String)
  case study(StudyKind, config: String)

  /// - Throws: When the words name neither, or no configuration.
  init(_ words: [String]) throws(ValidationError) {
    var words = words[...]
    var kind: StudyKind?
    if words.first == Self.search {
      kind = try words.dropFirst().first.map(Self.kind)
      words = words.dropFirst(2)
    }
    guard let config = words.first, !config.isEmpty else {
      throw ValidationError("no configuration was named")
    }
    if let excess = words.dropFirst().first {
      throw ValidationError("\(excess.shown(limit: 80)) is a word too many after \(config.shown)")
    }
    self = kind.map { .study($0, config: config) } ?? .training(config: config)
  }

  private static let search = "search"

  private static func kind(_ word: String) throws(ValidationError) -> StudyKind {
    if let kind = StudyKind(rawValue: word) { return kind }
    let names = StudyKind.allCases.map(\.rawValue)
    throw ValidationError(
      "ranks are started for search \(names.joined(separator: ", ")), not for search "
        + word.shown(limit: 80) + word.suggestion(from: names))
  }
}
