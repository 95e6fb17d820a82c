import Benchmarks
import Boundary

/// Measured sums for people, a line for each size.
enum ExchangeTable {
  private static let columns = [
    "bytes", "tree µs", "MB/s", "bus MB/s", "MPI_Allreduce µs", "MB/s", "bus MB/s", "tree / MPI",
    "wrong",
  ]
  private static let table = TextTable(
    leftColumns: 0,
    fitting: [
      columns,
      [
        "1,073,741,824", "1234567.8", "12345.6", "12345.6", "1234567.8", "12345.6", "12345.6",
        "12.34", "0",
      ],
    ])

  /// Names of the columns.
  static var header: String { table.line(columns) }

  /// One size.
  static func line(_ line: ExchangeBenchmark.Line) -> String {
    table.line(
      [line.bytes.groupedText] + cells(line.tree) + cells(line.library) + [
        fixed(line.ratio, 2), line.wrong.groupedText,
      ])
  }

  /// The sizes that matter most, if they were measured, and whether everything was right.
  static func summary(_ result: ExchangeBenchmark) -> String {
    let ratios = [(2 << 10, "2 KiB"), (20 << 20, "20 MiB")].compactMap { bytes, name in
      result.line(bytes: bytes).map { "\(name) \(fixed($0.ratio, 2))" }
    }
    let comparison =
      ratios.isEmpty
      ? "" : "Time of the tree over MPI_Allreduce: \(ratios.joined(separator: ", ")). "
    let contents =
      result.wrong == 0 ? "All contents right." : "\(result.wrong.groupedText) elements wrong."
    return comparison + contents
  }

  private static func cells(_ rate: ExchangeBenchmark.Rate) -> [String] {
    [
      fixed(1e6 * rate.seconds, 1), fixed(1e-6 * rate.algorithmBytesPerSecond, 1),
      fixed(1e-6 * rate.busBytesPerSecond, 1),
    ]
  }
}
