/// Lines of cells under each other: the first columns to the left, numbers to the right.
struct TextTable {
  private let widths: [Int]
  private let leftColumns: Int

  /// A table as wide as the widest of `rows` in each column.
  init(leftColumns: Int, fitting rows: [[String]]) {
    self.leftColumns = leftColumns
    let columns = rows.map(\.count).max() ?? 0
    widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
  }

  /// One line, without spaces at its end.
  func line(_ cells: [String]) -> String {
    let padded = cells.enumerated().map { column, cell in
      let space = String(repeating: " ", count: max(0, widths[column] - cell.count))
      return column < leftColumns ? cell + space : space + cell
    }
    var line = padded.joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line
  }
}
