/// What groups of ranks did over time: a row for each group, a bar for each training.
package struct SlotTimeline: Figure {
  /// A training.
  package struct Bar: Sendable {
    /// Seconds since the beginning.
    package var start, end: Double
    package var name: String
    /// Number of its kind among ``SlotTimeline/kinds``.
    package var kind: Int

    package init(_ name: String, kind: Int, start: Double, end: Double) {
      self.name = name
      self.kind = kind
      self.start = start
      self.end = end
    }
  }

  /// A group of ranks.
  package struct Row: Sendable {
    package var name: String
    /// Ranks of the group: how much its time counts.
    package var ranks: Int
    package var bars: [Bar]

    package init(_ name: String, ranks: Int = 1, _ bars: [Bar]) {
      self.name = name
      self.ranks = ranks
      self.bars = bars
    }
  }

  package var title: String
  /// Names of the kinds of trainings, at most ``kindLimit``.
  package var kinds: [String]
  package var rows: [Row]

  /// Kinds that have a look of their own.
  package static let kindLimit = 5

  package init(_ title: String, kinds: [String], _ rows: [Row]) {
    self.title = title
    self.kinds = kinds
    self.rows = rows
  }

  /// Rows with what can be drawn of them: bars from 0 on that last.
  var drawable: [Row] {
    rows.map { row in
      var row = row
      row.bars.removeAll {
        !$0.start.isDrawable || !$0.end.isDrawable || $0.start < 0 || $0.end <= $0.start
      }
      row.bars.sort { $0.start < $1.start }
      return row
    }
  }

  /// Seconds until the last bar ends.
  var end: Double { drawable.flatMap(\.bars).map(\.end).max() ?? 0 }

  /// Share of the time of all ranks, from 0 to the end of the last training, in which they had
  /// none; `nil` without trainings.
  package var idleShare: Double? {
    let (rows, end) = (drawable, end)
    let ranks = rows.reduce(0) { $0 + Double(max($1.ranks, 1)) }
    guard end > 0, ranks > 0 else { return nil }
    let busy = rows.reduce(0) { $0 + Double(max($1.ranks, 1)) * Self.busySeconds($1.bars) }
    return (ranks * end - busy) / (ranks * end)
  }

  /// Seconds that at least one of the bars, which are in the order of their beginnings, covers.
  private static func busySeconds(_ bars: [Bar]) -> Double {
    var (seconds, covered) = (0.0, 0.0)
    for bar in bars where bar.end > covered {
      seconds += bar.end - max(bar.start, covered)
      covered = bar.end
    }
    return seconds
  }
}
