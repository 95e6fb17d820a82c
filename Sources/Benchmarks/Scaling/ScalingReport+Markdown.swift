import Reports

extension ScalingReport {
  /// The report as Markdown.
  package var markdown: String {
    var result = "# Scaling of \(plan.model)\n\n\(subtitle)\n\n"
    if let warning { result += "**No measurement of speed.** \(warning)\n\n" }
    result += "## Measured\n\n" + Self.markdown(pointTable)
    result += "\n## Where efficiency goes\n\n" + Self.markdown(lossTable)
    result += "\n## Model\n\n" + Self.markdown(modelTable)
    for (network, predictions) in predictionGroups {
      result += "\n## \(network) on many hosts: predicted, not measured\n\n"
      if let modelWarning { result += "**\(modelWarning)**\n\n" }
      result += Self.markdown(predictionTable(predictions))
    }
    result += "\n## Definitions\n\n"
    for definition in definitions {
      result += "- **\(definition.figure)**: \(definition.meaning)\n"
    }
    result += "\n## Where and with what\n\n"
    for (name, value) in facts { result += "- \(name): \(value)\n" }
    return result + "\nWritten \(written) by effnet benchmark scaling.\n"
  }

  private static func markdown(_ table: ScalingPage.Table) -> String {
    func line(_ cells: [String]) -> String {
      "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }
    let rule = table.columns.indices.map { $0 < table.textColumns ? "---" : "---:" }
    return line(table.columns) + line(rule) + table.rows.map(line).joined()
  }
}
