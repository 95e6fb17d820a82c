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
    package var bars: [Bar]

    package init(_ name: String, _ bars: [Bar]) {
      self.name = name
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
}
