/// Networks of the grid.
extension TrianglePlot {
  /// Pixels of a cell's radius: what its text needs.
  var radius: Double {
    let longest = points.compactMap { text($0.score)?.count }.max() ?? 0
    return max(12, 6 + 3.2 * Double(longest))
  }

  /// A cell.
  func cell(_ point: Point, _ scale: HeatScale?) -> String {
    var symbol = "<circle class=\"\(style(point.score, scale))\" r=\"\(radius)\"/>"
    if point.isAmongBest { symbol += "<circle class=\"best\" r=\"\(radius + 2.5)\"/>" }
    return Self.sign(symbol, at: point.shares, words: words(point))
  }

  /// The score of a cell: above all signs, some of which come close on a narrow screen.
  func number(_ point: Point, _ scale: HeatScale?) -> String {
    guard let score = point.score, let text = text(score), let step = scale?.step(score) else {
      return ""
    }
    return "<text class=\"score on\(step)\" x=\"\(point.shares.x.percentLength)\" "
      + "y=\"\(point.shares.y.percentLength)\" dy=\"4\">\(text)</text>"
  }

  /// Classes of what shows a score, or of what has none.
  func style(_ score: Double?, _ scale: HeatScale?) -> String {
    guard let score, text(score) != nil, let step = scale?.step(score) else { return "cell open" }
    return "cell h\(step)"
  }

  private func words(_ point: Point) -> String {
    var lines = ["\(title): " + (text(point.score).map { $0 + unit } ?? "no score yet")]
    lines.append(point.shares.text)
    if let reached = point.reached, reached.isDrawable { lines.append("reached: \(reached.text)") }
    if point.isAmongBest { lines.append("cannot be told from the optimum") }
    if !point.note.isEmpty { lines.append(point.note) }
    return lines.joined(separator: "\n")
  }
}
