import Benchmarks
import Boundary

/// A profile for people: operations, then blocks, then what they add up to.
struct ProfileTable {
  private let report: ProfileReport
  private let ranks: Int

  init(_ report: ProfileReport, ranks: Int) {
    self.report = report
    self.ranks = ranks
  }

  /// Both tables and the totals.
  var text: String {
    """
    Time of an image\(ranks > 1 ? " on rank 0" : ""), mean of the middle half of the steps:

    \(table(report.operations, named: ["operation"]) { [$0.name] })

    \(table(report.blocks, named: ["block", "side, channels, kernel", "expansion"]) {
      [$0.name, $0.shape ?? "", $0.expansion?.rawValue ?? ""]
    })

    step of \(report.images.counted("image")): \(fixed(1000 * report.stepSeconds, 2)) ms measured, \
    \(fixed(1000 * report.lapSeconds, 2)) ms in these laps, difference \
    \(fixed(100 * report.difference, 2)) %
    """
  }

  private func table(
    _ parts: [ProfileReport.Part], named header: [String],
    _ names: (ProfileReport.Part) -> [String]
  ) -> String {
    let columns = [
      "forward ms", "backward ms", "all ms", "share %", "MB", "GB/s", "GFLOP/s",
    ]
    let rows =
      [header + columns]
      + (parts + [report.whole]).map { part in
        names(part) + [
          number(1000 * part.forwardSecondsPerImage, 3),
          number(1000 * part.backwardSecondsPerImage, 3),
          number(1000 * part.secondsPerImage, 3), number(100 * part.share, 1),
          number(1e-6 * part.bytesPerImage, 2),
          number(1e-9 * part.bytesPerSecond, 1), number(part.gigaflops, 1),
        ]
      }
    let table = TextTable(leftColumns: header.count, fitting: rows)
    return rows.map(table.line).joined(separator: "\n")
  }

  /// Nothing at all where there is nothing to measure.
  private func number(_ value: Double, _ digits: Int) -> String {
    value > 0 ? fixed(value, digits) : ""
  }
}
