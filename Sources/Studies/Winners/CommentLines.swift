import Boundary

/// Sentences as comment lines of a YAML file, into which no name from outside can bring a line of
/// its own.
package struct CommentLines {
  /// Lines with their end.
  package private(set) var text = ""

  /// Characters of a line.
  private static let width = 100

  package init() {}

  /// Adds a paragraph, broken between words.
  package mutating func add(_ paragraph: String) {
    var line = "#"
    for word in paragraph.shownLine.split(separator: " ") {
      if line.count + 1 + word.count > Self.width && line != "#" {
        text += line + "\n"
        line = "#"
      }
      line += " " + word
    }
    text += line + "\n"
  }

  /// Adds a line that stays as it is, such as a command.
  package mutating func add(verbatim line: String) {
    text += ("#   " + line.shownLine) + "\n"
  }

  /// Adds an empty comment line.
  package mutating func addGap() { text += "#\n" }
}
