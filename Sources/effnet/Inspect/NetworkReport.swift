import Boundary
import Networks

/// A network in numbers.
struct NetworkReport: Report {
  let model: String
  let resolution, classes: Int
  let parameters, statistics, multiplyAdds: Int
  let blocks, batchNormalizations: Int
  /// The scaled table: channels of stem and head, rows in timm's notation.
  let stem, head: Int
  let stages: [String]
  private let rows: [[String]]

  private enum CodingKeys: CodingKey {
    case model, resolution, classes, parameters, statistics, multiplyAdds, blocks
    case batchNormalizations, stem, head, stages
  }

  /// The variant that the table is written over.
  private let variant: Variant

  /// - Parameters:
  ///   - model: What people call it.
  ///   - variant: Whose activation and names it has.
  init(_ model: String, _ variant: Variant, _ architecture: Architecture) {
    self.model = model
    self.variant = variant
    resolution = architecture.resolution
    classes = architecture.classes
    let table = architecture.parameterTable
    parameters = table.parameterCount
    statistics = table.statistics.reduce(0) { $0 + $1.count }
    multiplyAdds = architecture.multiplyAdds
    blocks = architecture.blocks.count
    batchNormalizations = table.statistics.count / 2
    stem = architecture.stemChannels
    head = architecture.headChannels
    stages = architecture.stages.map(\.notation)
    let side = architecture.stemGeometry.outHeight
    var rows = [["stem", "conv 3×3", "\(architecture.stemChannels)", "\(side)", ""]]
    for block in architecture.blocks {
      let g = block.geometry
      rows.append([
        block.name,
        "\(Self.name(block.stage)) \(g.kernel)×\(g.kernel)"
          + (g.stride > 1 ? " stride \(g.stride)" : ""),
        "\(block.outputChannels)", "\(g.outHeight)",
        block.squeezedChannels.map { "squeeze \($0)" } ?? "",
      ])
    }
    let last = architecture.blocks.last?.geometry.outHeight ?? 0
    rows.append(["head", "conv 1×1", "\(architecture.headChannels)", "\(last)", ""])
    rows.append(["classifier", "dense", "\(architecture.classes)", "1", ""])
    self.rows = [["layer", "operator", "channels", "side", ""]] + rows
  }

  /// What the papers call a block.
  private static func name(_ stage: Stage) -> String {
    switch stage.kind {
    case .convolution: "conv"
    case .separable, .mbConv: "MBConv\(stage.expansion)"
    case .fusedMBConv: "Fused-MBConv\(stage.expansion)"
    }
  }

  /// A table of layers between a line of totals and the stages.
  var text: String {
    let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 2 || column == 3 ? space + cell : cell + space
      }.joined(separator: "  ").trimmingSuffix(" ")
    }
    return """
      \(model) at \(resolution) × \(resolution), \(classes.counted("class", "classes")): \(parameters.groupedText) \
      parameters, \(statistics.groupedText) running statistics, \
      \(fixed(Double(multiplyAdds) / 1e6, 2)) million multiply-adds an image

      \(lines.joined(separator: "\n"))

      network:
        model: \(variant.rawValue)
        width: 1
        depth: 1
        resolution: \(resolution)
        stem: \(stem)
        stages: [\(stages.joined(separator: ", "))]
        head: \(head)
      """
  }
}

extension String {
  fileprivate func trimmingSuffix(_ character: Character) -> String {
    var text = self[...]
    while text.last == character { text.removeLast() }
    return String(text)
  }
}
