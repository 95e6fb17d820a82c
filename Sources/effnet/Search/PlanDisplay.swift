import Boundary
import Reports
import Studies

/// Shows a plan.
struct PlanDisplay {
  let plan: StudyPlan

  func show() {
    let rows = [Self.heading] + plan.networks.map(row)
    let table = TextTable(leftColumns: 1, fitting: rows)
    for row in rows { print(table.line(row)) }
    print("")
    let rest = plan.done > 0 ? ", of which \(plan.done) are done" : ""
    // Which of them are needed hangs on results that nobody has yet.
    let about = plan.kind == .scaling || plan.done == plan.jobs ? "" : "about "
    print(
      "\(about)\(plan.jobs.counted("training")) or parts of one\(rest); "
        + "\(plan.trainedImages.groupedText) images to train on")
    print(
      "\(plan.rankSeconds.durationText) of one core; \(plan.seconds.durationText) on "
        + "\(plan.ranks.counted("rank")) here; \(gigabytes(plan.measuredBytes)) a rank, of "
        + "\(gigabytes(plan.freeBytes)) that are free for one")
    for sentence in plan.power { print(sentence) }
  }

  private static let heading = [
    "network", "pixels", "blocks", "multiply-adds", "× base", "parameters", "activations",
    "shares asked", "reached", "trainings",
  ]

  private func row(_ network: StudyPlan.Network) -> [String] {
    [
      network.name, "\(network.resolution)", "\(network.blocks)",
      network.multiplyAdds.groupedText, fixed(network.factor, 3), network.parameters.groupedText,
      network.activations.groupedText, shares(network.asked), shares(network.reached),
      "\(network.jobs)",
    ]
  }

  private func shares(_ parts: [Double]?) -> String {
    parts.map { $0.map { fixed($0, 2) }.joined(separator: " ") } ?? ""
  }

  private func gigabytes(_ bytes: Double) -> String { fixed(bytes / 1e9, 2) + " GB" }
}
