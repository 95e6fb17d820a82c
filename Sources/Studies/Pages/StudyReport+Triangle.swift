import Boundary
import Reports

extension StudyReport {
  /// The shares of depth, width and resolution, coloured by what they come to.
  var triangleSection: StudyPage.Section? {
    guard let grid = results.grid else { return nil }
    let scaled = results.networks.filter { $0.askedFactor != nil }
    var plot = TrianglePlot(
      "Top-1 on held-out images after \(grid.epochs.counted("epoch"))", unit: " %",
      // A network stands at each place that has led to it.
      grid.cells.flatMap { cell in
        Set(cell.asked.map(\.shares)).filter(isOnGrid).sorted { $0.lexicographicallyPrecedes($1) }
          .map { asked in
            TrianglePlot.Point(
              shares(asked), score: 100 * cell.top1, reached: shares(cell.reached),
              isAmongBest: cell.isAmongBest, note: cell.name)
          }
      })
    plot.marks = grid.cells.flatMap { cell in
      cell.asked.filter { !isOnGrid($0.shares) }.map { asked in
        TrianglePlot.Mark(
          asked.name, shares(asked.shares), score: 100 * cell.top1, isAmongBest: cell.isAmongBest)
      }
    }
    if let optimum = grid.optimum {
      plot.optimum = TrianglePlot.Optimum(
        shares(optimum.shares), region: grid.region.map(shares),
        name: "95 % region of the optimum")
    }
    return StudyPage.Section(
      "Where the compute goes",
      note: "networks of \(Self.factors(scaled)) times the base's multiply-adds",
      [
        .figures([
          CaptionedFigure(
            plot,
            caption: "Dots are where networks are; outlined ones cannot be told from the optimum "
              + "of the surface."
          )
        ]), .paragraph(surfaceText(grid)), .facts(bases(grid)),
      ])
  }

  /// Whether shares are a point of the grid, and not one between with a name of its own.
  private func isOnGrid(_ shares: [Double]) -> Bool {
    let q = Double(study.configuration.search.divisions)
    return shares.allSatisfy { abs(($0 * q).rounded() - $0 * q) < Self.rounding }
  }

  /// Of shares that are quotients of small numbers.
  private static let rounding = 1e-9

  private func shares(_ parts: [Double]) -> TrianglePlot.Shares {
    TrianglePlot.Shares(depth: parts[0], width: parts[1], resolution: parts[2])
  }

  private func surfaceText(_ grid: GridFindings) -> String {
    guard grid.optimum != nil else {
      return "Too few networks are measured for a surface over the triangle."
    }
    let seeds = study.configuration.search.seeds.counted("seed")
    guard let isWhole = grid.regionIsWhole else {
      return "Nothing tells how noisy the surface is: \(grid.cells.count) networks with \(seeds) "
        + "determine it, and no more. Which points are as good as its optimum is open."
    }
    let fit = grid.determination.map {
      " The surface explains \((100 * $0).text(0)) % of the variance."
    }
    let lack = grid.lackOfFitP.map {
      $0 < 0.05
        ? " It misses points by more than seeds differ (\($0.pText)): read it with care."
        : ""
    }
    let verdict =
      isWhole
      ? "No point of the surface can be told from its optimum by \(seeds) of each network: nothing says that "
        + "all are as good."
      : "Points outside the shaded region are worse than the optimum, with 95 % confidence for all of them."
    return verdict + (fit ?? "") + (lack ?? "")
  }

  /// What the selected network is as yet: nothing has won before it is confirmed.
  private var selectedName: String {
    results.winner == nil ? "selected, to be confirmed" : "winner"
  }

  private func bases(_ grid: GridFindings) -> [(String, String)] {
    [(selectedName, grid.winner), ("optimum of the surface", grid.optimum)].compactMap {
      name, point in
      point.map {
        (
          name,
          "α \($0.alpha.text(2)), β \($0.beta.text(2)), γ \($0.gamma.text(2)); shares "
            + $0.shares.map { $0.text(2) }.joined(separator: ", ")
        )
      }
    } + [("published", "α 1.2, β 1.1, γ 1.15; shares 0.28, 0.29, 0.43")]
  }
}
