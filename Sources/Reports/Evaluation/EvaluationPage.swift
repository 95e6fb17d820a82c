/// The page of one evaluation.
package struct EvaluationPage: Sendable {
  package var title: String
  /// Network and data in a line.
  package var model: String
  package var evaluation: EvaluationSection

  package init(title: String, model: String, evaluation: EvaluationSection) {
    self.title = title
    self.model = model
    self.evaluation = evaluation
  }

  /// The text of the page.
  package var html: String {
    HTMLPage.html(
      title: title,
      body: """
        <header><h1>\(title.escapedForHTML)</h1>
        <p class="quiet">\(model.escapedForHTML)</p></header>
        <main>\(evaluation.markup)</main>
        """)
  }
}
