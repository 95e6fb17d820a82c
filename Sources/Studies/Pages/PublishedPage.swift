import Boundary
import Foundation
import Networks
import Reports
import Training

/// The published family among the ConvNets of its time, with our exact counts beside the published
/// ones.
package enum PublishedPage {
  /// The text of the page.
  package static var html: String {
    var page = StudyPage(
      title: "EfficientNet as published",
      subtitle:
        "top-1 on ImageNet, one run each, without intervals; sizes of EfficientNets by exact count, of others "
        + "as published (arXiv:1905.11946 v5, table 2; arXiv:2010.14819, table 1)")
    page.verdicts = comparisons
    page.sections = [
      StudyPage.Section(
        "Accuracy and size", note: "figures 1 and 5 of the paper",
        [
          .figures([
            CaptionedFigure(plot("parameters", \.parameters, 1e6) { Double($0.parameters) }),
            CaptionedFigure(plot("multiply-adds", \.multiplyAdds, 1e9) { Double($0.multiplyAdds) }),
          ])
        ]), StudyPage.Section("The family by exact count", [.table(table), .table(scalings)]),
    ]
    return page.html
  }

  /// The paper's axes, for results on ImageNet to stand on.
  static func plot(
    _ axis: String, _ published: KeyPath<PublishedNetwork, Double?>, _ unit: Double,
    _ counted: (ScaledNetwork) -> Double
  ) -> ScatterPlot {
    ScatterPlot(
      "Top-1 on ImageNet", unit: " %", horizontal: axis, scale: .metricDoublings,
      [
        ScatterPlot.Series(
          "EfficientNet",
          zip(PublishedNetwork.efficientNets, variants).map { network, variant in
            ScatterPlot.Point(
              x: counted(ScaledNetwork(Architecture(variant))), y: network.top1, name: network.name,
              isLabelled: true)
          }, isConnected: true)
      ] + foreign(published, unit))
  }

  /// Other ConvNets, by family.
  static func foreign(
    _ cost: KeyPath<PublishedNetwork, Double?>, _ unit: Double
  ) -> [ScatterPlot.Series] {
    var families: [String] = []
    for network in PublishedNetwork.others where !families.contains(network.family) {
      families.append(network.family)
    }
    return families.map { family in
      let points = PublishedNetwork.others.filter { $0.family == family }.compactMap { network in
        network[keyPath: cost].map {
          ScatterPlot.Point(x: unit * $0, y: network.top1, name: network.name)
        }
      }
      return ScatterPlot.Series(family, points, isForeign: true)
    }.filter { !$0.points.isEmpty }
  }

  private static let variants: [Variant] = [.b0, .b1, .b2, .b3, .b4, .b5, .b6, .b7]

  /// What the paper's table 7 compares, and what it does not say.
  private static var comparisons: [StudyPage.Verdict] {
    let base = Architecture(.b0)
    func factor(_ width: Double, _ depth: Double, _ resolution: Int) -> Double {
      let scaled = Coefficients(width: width, depth: depth, resolution: resolution)
      return Double(Architecture(.v1, scaled).multiplyAdds) / Double(base.multiplyAdds)
    }
    let compound = factor(1.2, 1.4, 291)
    let others = [
      ("depth 4", factor(1, 4, 224), 79.0), ("width 2", factor(2, 1, 224), 78.9),
      ("resolution 2", factor(1, 1, 448), 79.1),
    ]
    return others.map { name, factor, top1 in
      StudyPage.Verdict(
        .notShown,
        "Compound scaling (1.4, 1.2, 1.3) is \((81.1 - top1).text(1)) points better than \(name) with "
          + "\((100 * (compound / factor - 1)).text(0)) % more multiply-adds.",
        note:
          "table 7: one training each; by exact count \(compound.text(2)) and \(factor.text(2)) times B0"
      )
    }
  }

  private static var table: DataTable {
    let base = ScaledNetwork(Architecture(.b0))
    return DataTable(
      "Released variants",
      columns: [
        .init("variant", isNumber: false), .init("width"), .init("depth"), .init("pixels"),
        .init("parameters"), .init("published"), .init("multiply-adds"), .init("published"),
        .init("× B0"), .init("activations"), .init("top-1"), .init("top-5"),
      ],
      rows: zip(PublishedNetwork.efficientNets, variants).map { network, variant in
        let scaled = ScaledNetwork(Architecture(variant))
        let coefficients = variant.released.coefficients
        return DataTable.Row([
          .init(network.name), .init(coefficients.width.text(1)), .init(coefficients.depth.text(1)),
          .init("\(coefficients.resolution)"), .init(scaled.parameters.groupedText),
          .init("\((network.parameters ?? 0).briefText) M"),
          .init(scaled.multiplyAdds.groupedText),
          .init("\((network.multiplyAdds ?? 0).briefText) G"),
          .init((Double(scaled.multiplyAdds) / Double(base.multiplyAdds)).text(2)),
          .init(Double(scaled.activations).metricText), .init("\(network.top1.text(1)) %"),
          .init(network.top5.map { "\($0.text(1)) %" } ?? ""),
        ])
      })
  }

  /// What the formula asks for and what it costs.
  private static var scalings: DataTable {
    DataTable(
      "Compound scaling by the formula, d = ⌈1.2^φ·n⌉, w = 1.1^φ, r = 1.15^φ",
      columns: [
        .init("φ"), .init("2^φ"), .init("pixels"), .init("multiply-adds × B0"),
        .init("more than asked for"),
      ],
      rows: zip(
        Family.exponents, PublishedScaling.formula(Family.exponents, from: Architecture(.b0))
      ).map { phi, scaling in
        let asked = exp2(Double(phi))
        return DataTable.Row([
          .init(scaling.name), .init(asked.briefText),
          .init("\(scaling.coefficients.resolution)"), .init(scaling.factor.text(2)),
          .init("\((100 * (scaling.factor / asked - 1)).signedText(0)) %"),
        ])
      })
  }
}
