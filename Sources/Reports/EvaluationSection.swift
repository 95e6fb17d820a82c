/// What an evaluation found, on a page: which classes are taken for which others, and the pictures
/// that the network is most wrong about.
package struct EvaluationSection: Sendable {
  /// A picture whose most probable class is not its own.
  package struct Mistake: Sendable {
    let jpeg: [UInt8]?
    let truth, predicted: Int
    let probability: Double
    let source: String?

    /// - Parameters:
    ///   - jpeg: A small picture, if there is one.
    ///   - truth: Index of its class.
    ///   - predicted: Index of the class it was taken for.
    ///   - probability: Probability of that class.
    ///   - source: Where the picture comes from.
    package init(
      jpeg: [UInt8]?, truth: Int, predicted: Int, probability: Double, source: String?
    ) {
      self.jpeg = jpeg
      self.truth = truth
      self.predicted = predicted
      self.probability = probability
      self.source = source
    }
  }

  /// The result in a line.
  package var summary: String
  /// Name of each of the K classes.
  package var classNames: [String]
  /// Images of each class and of each class they were taken for, `[K, K]`; `nil` where there are too
  /// many classes to count them.
  package var confusion: [Int]?
  /// The worst mistake first.
  package var mistakes: [Mistake]

  package init(
    summary: String, classNames: [String], confusion: [Int]?, mistakes: [Mistake]
  ) {
    precondition(
      confusion.map { $0.count == classNames.count * classNames.count } ?? true,
      "counts of other classes")
    self.summary = summary
    self.classNames = classNames
    self.confusion = confusion
    self.mistakes = mistakes
  }

  /// Classes up to which the whole matrix is drawn.
  static let matrixLimit = 50
  /// Pairs that are listed where there are more classes.
  private static let pairLimit = 30
  /// Classes whose accuracy is listed.
  private static let classLimit = 20

  var markup: String {
    var result = "<h2>Evaluation</h2>\n<p>\(summary.escapedForHTML)</p>\n"
    if let confusion {
      let table = ConfusionTable(classNames: classNames, counts: confusion)
      let isSmall = classNames.count <= Self.matrixLimit
      result += "<div class=\"sides\" style=\"margin-top:18px\">\n"
      result += isSmall ? table.matrix : table.pairs(limit: Self.pairLimit)
      result += table.accuracies(limit: Self.classLimit)
      result += "</div>\n"
    }
    guard !mistakes.isEmpty else { return result }
    result += "<h2>Most mistaken pictures</h2>\n<div class=\"pictures\">\n"
    for mistake in mistakes { result += figure(mistake) }
    return result + "</div>\n"
  }

  private func figure(_ mistake: Mistake) -> String {
    let truth = classNames[mistake.truth]
    let predicted = classNames[mistake.predicted].escapedForHTML
    let source = mistake.source.map(\.escapedForHTML) ?? ""
    return """
      <figure class="picture" title="\(source)">\
      \(HTMLPage.picture(mistake.jpeg, alternative: truth))\
      <figcaption><div class="name">\(predicted) \
      <span class="quiet">\((100 * mistake.probability).text(1)) %</span></div>\
      <div>is \(truth.escapedForHTML)</div><div class="quiet">\(source)</div></figcaption></figure>

      """
  }
}
