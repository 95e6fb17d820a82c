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

  /// The section, made once: a page is written often.
  let markup: String

  /// Makes the section.
  ///
  /// - Parameters:
  ///   - summary: The result in a line.
  ///   - classNames: Name of each of the K classes.
  ///   - confusion: Images of each class and of each class they were taken for, `[K, K]`; `nil`
  ///     where there are too many classes to count them.
  ///   - mistakes: The worst mistake first.
  package init(
    summary: String, classNames: [String], confusion: [Int]?, mistakes: [Mistake]
  ) {
    precondition(
      confusion.map { $0.count == classNames.count * classNames.count } ?? true,
      "counts of other classes")
    var result = "<h2>Evaluation</h2>\n<p>\(summary.escapedForHTML)</p>\n"
    if let confusion {
      let table = ConfusionTable(classNames: classNames, counts: confusion)
      result += "<div class=\"sides\">\n"
      result +=
        classNames.count <= Self.matrixLimit ? table.matrix : table.pairs(limit: Self.pairLimit)
      result += table.accuracies(limit: Self.classLimit)
      result += "</div>\n"
    }
    if !mistakes.isEmpty {
      result += """
        <h2>Most mistaken pictures <span class="quiet">the class each was taken for, its \
        probability, and the true class</span></h2>
        <div class="pictures">

        """
      for mistake in mistakes { result += Self.figure(mistake, classNames) }
      result += "</div>\n"
    }
    markup = result
  }

  /// Classes up to which the whole matrix is drawn.
  private static let matrixLimit = 50
  /// Pairs that are listed where there are more classes.
  private static let pairLimit = 30
  /// Classes whose accuracy is listed.
  private static let classLimit = 20

  private static func figure(_ mistake: Mistake, _ classNames: [String]) -> String {
    let truth = classNames[mistake.truth]
    let predicted = classNames[mistake.predicted].escapedForHTML
    let source = mistake.source.map(\.escapedForHTML) ?? ""
    return """
      <figure class="picture" title="\(source)">\
      \(HTMLPage.picture(mistake.jpeg, alternative: truth))\
      <figcaption><div class="row"><div class="name">\(predicted)</div>\
      <span>\((100 * mistake.probability).text()) %</span></div>\
      <div>true: \(truth.escapedForHTML)</div>\
      <div class="source"><bdi>\(source)</bdi></div></figcaption></figure>

      """
  }
}
