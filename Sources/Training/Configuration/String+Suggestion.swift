extension String {
  /// ` (did you mean …?)` with the nearest of `names`, or nothing where none is near.
  package func suggestion(from names: [String]) -> String {
    // Nothing as long as that is a misspelt name.
    guard utf8.count <= Self.longestMisspelling else { return "" }
    let distances = names.map { (name: $0, distance: editDistance(to: $0)) }
    guard let nearest = distances.min(by: { $0.distance < $1.distance }),
      nearest.distance <= Swift.max(2, count / 3)
    else { return "" }
    return " (did you mean \(nearest.name)?)"
  }

  private static let longestMisspelling = 64

  /// Insertions, deletions and replacements that lead to `other`, whatever the case (Levenshtein).
  private func editDistance(to other: String) -> Int {
    let target = Array(other.lowercased())
    var row = Array(0...target.count)
    for (index, character) in lowercased().enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in target.indices {
        let replaced = diagonal + (target[column] == character ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = Swift.min(replaced, diagonal + 1, row[column] + 1)
      }
    }
    return row[target.count]
  }
}
