/// How paths on the command line are read, of which an unset variable of a script would leave none.
enum NamedPath {
  /// What is wrong with a path.
  struct Refusal: Error, CustomStringConvertible {
    let description: String
  }

  /// Reads a path, for `transform` of an argument.
  static let read: @Sendable (String) throws(Refusal) -> String = { text throws(Refusal) in
    guard !text.isEmpty else { throw Refusal(description: "it is empty; name one") }
    return text
  }
}
