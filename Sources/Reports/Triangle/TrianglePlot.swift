/// Scores of networks of equal compute over what the compute went into: each corner is scaling of
/// one dimension alone, each place between a compound.
package struct TrianglePlot: Figure {
  /// A network of the grid, drawn as a cell with its score.
  package struct Point: Sendable {
    /// Where it is drawn.
    package var shares: Shares
    /// What the network itself has, if that is not where it is drawn: a dot at the end of a line.
    package var reached: Shares?
    /// Cells without a score that is finite are empty.
    package var score: Double?
    /// Whether it is not distinguishable from the best: an outline.
    package var isAmongBest: Bool
    /// What else is known of it, in a line.
    package var note: String

    package init(
      _ shares: Shares, score: Double?, reached: Shares? = nil, isAmongBest: Bool = false,
      note: String = ""
    ) {
      self.shares = shares
      self.score = score
      self.reached = reached
      self.isAmongBest = isAmongBest
      self.note = note
    }
  }

  /// A place with a name, such as the published one.
  package struct Mark: Sendable {
    package var name: String
    package var shares: Shares
    /// Score of a network there, if one was trained.
    package var score: Double?
    /// Whether that network is not distinguishable from the best.
    package var isAmongBest: Bool

    package init(
      _ name: String, _ shares: Shares, score: Double? = nil, isAmongBest: Bool = false
    ) {
      self.name = name
      self.shares = shares
      self.score = score
      self.isAmongBest = isAmongBest
    }
  }

  /// The best place of a surface that was fitted to the scores.
  package struct Optimum: Sendable {
    package var shares: Shares
    /// Points of a fine grid among which the best place is with some confidence.
    package var region: [Shares]
    /// Distance of the fine grid's points in sides of the triangle.
    package var step: Double
    /// What the legend calls the region, such as "95 % region of the optimum".
    package var name: String

    package init(_ shares: Shares, region: [Shares] = [], step: Double = 0.05, name: String) {
      self.shares = shares
      self.region = region
      self.step = step
      self.name = name
    }
  }

  /// What the scores are.
  package var title: String
  /// Unit behind scores in words, such as " %".
  package var unit = ""
  /// Decimals of a score in its cell.
  package var decimals = 1
  package var points: [Point]
  package var marks: [Mark] = []
  package var optimum: Optimum?

  package init(_ title: String, unit: String = "", _ points: [Point]) {
    self.title = title
    self.unit = unit
    self.points = points
  }

  /// A score as it stands in its cell; `nil` if it is not finite.
  func text(_ score: Double?) -> String? {
    score.flatMap { $0.isDrawable ? $0.text(decimals) : nil }
  }

  /// Points and marks that have a place.
  var drawable: TrianglePlot {
    var plot = self
    plot.points.removeAll { !$0.shares.isDrawable }
    plot.marks.removeAll { !$0.shares.isDrawable }
    plot.optimum = optimum.flatMap { $0.shares.isDrawable ? $0 : nil }
    plot.optimum?.region.removeAll { !$0.isDrawable }
    return plot
  }
}
