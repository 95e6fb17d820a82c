/// Rows of cells under headings, with bars and marks in cells where wanted; on a narrow screen it
/// moves in a box of its own while the first column stays.
package struct DataTable: Figure {
  /// A column.
  package struct Column: Sendable {
    package var title: String
    /// Whether it has numbers: at the right, so that digits stand above each other.
    package var isNumber: Bool

    package init(_ title: String, isNumber: Bool = true) {
      self.title = title
      self.isNumber = isNumber
    }
  }

  /// A cell.
  package struct Cell: Sendable, ExpressibleByStringLiteral {
    package var text: String
    /// Length of a bar before the text, 0 to 1; not finite ones are not drawn.
    package var bar: Double?
    /// A short word in a frame behind the text.
    package var mark: String?

    package init(_ text: String, bar: Double? = nil, mark: String? = nil) {
      self.text = text
      self.bar = bar
      self.mark = mark
    }

    package init(stringLiteral text: String) { self.init(text) }
  }

  /// A row.
  package struct Row: Sendable {
    package var cells: [Cell]
    /// Whether it stands out.
    package var isHighlighted: Bool

    package init(_ cells: [Cell], isHighlighted: Bool = false) {
      self.cells = cells
      self.isHighlighted = isHighlighted
    }
  }

  /// What the rows are; empty for none.
  package var title: String
  package var columns: [Column]
  package var rows: [Row]

  package init(_ title: String = "", columns: [Column], rows: [Row]) {
    self.title = title
    self.columns = columns
    self.rows = rows
  }
}
