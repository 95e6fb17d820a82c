/// The name of a folder that holds one part of divided data, such as `Train`, `seg_test` or
/// `val2017`.
struct PartName: Equatable {
  /// Which part.
  enum Part { case training, validation }

  private static let words: [Part: [String]] = [
    .training: ["train", "training", "trainval"],
    // The first that exists is taken.
    .validation: [
      "val", "valid", "validation", "dev", "devel", "eval", "evaluation", "holdout", "test",
      "testing",
    ],
  ]
  /// What may follow the word without a space.
  private static let companions = [
    "set", "data", "dataset", "images", "imgs", "img", "pictures", "photos", "split",
  ]

  let part: Part
  /// Place of its word among those for the part; the smaller is preferred.
  let rank: Int
  /// All of the name but the word: equal for the parts of the same data.
  let stem: [String]

  /// Whether nothing but a number stands beside the word.
  var isPlain: Bool { stem.allSatisfy { $0.isEmpty || $0.allSatisfy(\.isNumber) } }

  /// Reads a name; `nil` where it is none of a part.
  init?(_ name: String) {
    var found: (part: Part, rank: Int)?
    var stem: [String] = []
    for token in Self.tokens(name) {
      guard let (part, rank, rest) = Self.match(token) else {
        stem.append(token)
        continue
      }
      // A name with two of the words, such as `train_val`, says nothing.
      guard found == nil else { return nil }
      found = (part, rank)
      stem += rest.isEmpty ? [""] : ["", rest]
    }
    guard let found else { return nil }
    (part, rank) = found
    self.stem = stem
  }

  private static func match(_ token: String) -> (Part, Int, rest: String)? {
    for (part, words) in words {
      for (rank, word) in words.enumerated() where token.hasPrefix(word) {
        let rest = String(token.dropFirst(word.count))
        if rest.isEmpty || companions.contains(rest) { return (part, rank, rest) }
      }
    }
    return nil
  }

  /// The words and numbers of a name, in lower case: `TrainSet_2` is `train`, `set`, `2`.
  private static func tokens(_ name: String) -> [String] {
    var tokens: [String] = []
    var last: Character?
    for character in name {
      defer { last = character }
      guard character.isLetter || character.isNumber else { continue }
      let continues =
        last.map {
          $0.isLetter && character.isLetter && !($0.isLowercase && character.isUppercase)
            || $0.isNumber && character.isNumber
        } ?? false
      if continues, let word = tokens.popLast() {
        tokens.append(word + character.lowercased())
      } else {
        tokens.append(character.lowercased())
      }
    }
    return tokens
  }
}
