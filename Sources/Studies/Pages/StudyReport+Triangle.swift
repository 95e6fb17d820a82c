import Reports

extension StudyReport {
  /// The shares of depth, width and resolution, coloured by what they come to.
  var triangleSection: StudyPage.Section? {
    guard let grid = results.grid else { return nil }
    var plot = TrianglePlot(
      "Top-1 on held-out images after \(grid.epochs) epochs", unit: " %",
      grid.cells.filter { !isNamed($0) }.map { cell in
        TrianglePlot.Point(
          shares(cell.asked), score: 100 * cell.top1, reached: shares(cell.reached),
          isAmongBest: cell.isAmongBest, note: cell.name)
      })
    plot.marks = grid.cells.filter(isNamed).map { cell in
      TrianglePlot.Mark(
        cell.name.prefix { $0 != " " }.description, shares(cell.asked), score: 100 * cell.top1,
        isAmongBest: cell.isAmongBest)
    }
    if let optimum = grid.optimum {
      plot.optimum = TrianglePlot.Optimum(
        shares(optimum.shares), region: grid.region.map(shares), name: "optimum, 95 % region")
    }
    return StudyPage.Section(
      "Where the compute goes",
      note: "each point has \(study.configuration.search.factors[0].briefText) times the base's "
        + "multiply-adds",
      [
        .figures([
          CaptionedFigure(
            plot,
            caption: "Dots are where networks are; outlined ones cannot be told from the best.")
        ]), .paragraph(surfaceText(grid)), .facts(bases(grid)),
      ])
  }

  /// A point between corners, edges and cells of the triangle, with a name of its own.
  private func isNamed(_ cell: GridFindings.Cell) -> Bool {
    let q = Double(study.configuration.search.divisions)
    return !cell.asked.allSatisfy { abs(($0 * q).rounded() - $0 * q) < 1e-9 }
  }

  private func shares(_ parts: [Double]) -> TrianglePlot.Shares {
    TrianglePlot.Shares(depth: parts[0], width: parts[1], resolution: parts[2])
  }

  private func surfaceText(_ grid: GridFindings) -> String {
    guard let isFlat = grid.isFlat else {
      return "Too few networks are measured for a surface over the triangle."
    }
    let fit = grid.determination.map {
      " The surface explains \((100 * $0).text(0)) % of the variance."
    }
    let lack = grid.lackOfFitP.map {
      $0 < 0.05
        ? " It misses points by more than seeds differ (p = \($0.briefP)): read it with care."
        : ""
    }
    let verdict =
      isFlat
      ? "The optimum is flat: no point can be told from the best."
      : "Points outside the shaded region are worse than the best, with 95 % confidence for all of them."
    return verdict + (fit ?? "") + (lack ?? "")
  }

  private func bases(_ grid: GridFindings) -> [(String, String)] {
    [("selected network", grid.winner), ("optimum of the surface", grid.optimum)].compactMap {
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
