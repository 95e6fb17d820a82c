import Boundary

/// Tables that tell which classes are taken for which others.
struct ConfusionTable {
  let classNames: [String]
  /// Images of each class (row) and of each class they were taken for (column), `[K, K]`.
  let counts: [Int]

  private func count(_ truth: Int, _ predicted: Int) -> Int {
    counts[truth * classNames.count + predicted]
  }

  /// Images of a class.
  private func total(_ truth: Int) -> Int {
    counts[truth * classNames.count..<(truth + 1) * classNames.count].reduce(0, +)
  }

  private func name(_ index: Int) -> String { classNames[index].escapedForHTML }

  private func plural(_ count: Int) -> String {
    count.counted("image")
  }

  /// The whole matrix, each cell the darker the larger its share of the row.
  var matrix: String {
    let classes = classNames.indices
    let longest = classNames.map(\.count).max() ?? 0
    let isDense = classNames.count > 25
    var style = "confusion"
    if isDense { style += " dense" }
    if longest > (isDense ? 1 : 3) { style += " long" }
    var rows = "<thead><tr><th></th>"
    for predicted in classes {
      rows += "<th scope=\"col\" title=\"\(name(predicted))\"><span>\(name(predicted))</span></th>"
    }
    rows += "</tr></thead>\n<tbody>"
    for truth in classes {
      let total = total(truth)
      rows += "<tr><th scope=\"row\" title=\"\(name(truth))\">\(name(truth))</th>"
      for predicted in classes {
        rows += cell(truth, predicted, of: total, showsCount: !isDense)
      }
      let recall = total > 0 ? (100 * Double(count(truth, truth)) / Double(total)).text(1) : "–"
      rows += "<td class=\"recall\">\(recall)</td></tr>\n"
    }
    return """
      <div><h3>Confusion <span class="quiet">row: true class, column: predicted; \
      at the right the share found in %</span></h3>
      <div class="scroll"><table class="\(style)">\(rows)</tbody></table></div></div>

      """
  }

  private func cell(
    _ truth: Int, _ predicted: Int, of total: Int, showsCount: Bool
  ) -> String {
    let count = count(truth, predicted)
    guard count > 0 else { return "<td></td>" }
    let isHit = truth == predicted
    let share = Double(count) / Double(total)
    // Rare mistakes are what one looks for: their root shows them.
    let value = isHit ? 0.08 + 0.42 * share : 0.14 + 0.46 * share.squareRoot()
    let taken = isHit ? "found" : "taken for \(name(predicted))"
    return "<td class=\"\(isHit ? "hit" : "miss")\" style=\"--v:\(Int(100 * value))%\" "
      + "title=\"\(count.groupedText) of \(plural(total)) of \(name(truth)) \(taken)\">"
      + "\(showsCount ? "\(count)" : "")</td>"
  }

  /// The pairs of classes that are most often mistaken.
  func pairs(limit: Int) -> String {
    var pairs: [(truth: Int, predicted: Int, count: Int)] = []
    for truth in classNames.indices {
      for predicted in classNames.indices where predicted != truth {
        let count = count(truth, predicted)
        if count > 0 { pairs.append((truth, predicted, count)) }
      }
    }
    pairs.sort { ($1.count, $0.truth, $0.predicted) < ($0.count, $1.truth, $1.predicted) }
    var rows = ""
    for pair in pairs.prefix(limit) {
      let total = total(pair.truth)
      rows += """
        <tr><th scope="row">\(name(pair.truth))</th><td>\(name(pair.predicted))</td>\
        <td class="number">\(pair.count.groupedText) of \(total.groupedText)</td>\
        <td class="number">\((100 * Double(pair.count) / Double(total)).text(1)) %</td></tr>

        """
    }
    return """
      <div class="grows"><h3>Most confused classes</h3>
      <table class="list"><thead><tr><th>true class</th><th>predicted</th>\
      <th class="number">images</th><th class="number">share</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>

      """
  }

  /// Share of each class that is found, the lowest first; of equal ones the class with more images.
  func accuracies(limit: Int) -> String {
    var classes: [(index: Int, share: Double, total: Int)] = []
    for index in classNames.indices {
      let total = total(index)
      if total > 0 { classes.append((index, Double(count(index, index)) / Double(total), total)) }
    }
    classes.sort { ($0.share, $1.total, $0.index) < ($1.share, $0.total, $1.index) }
    var rows = ""
    for (index, share, total) in classes.prefix(limit) {
      rows += """
        <tr><th scope="row">\(name(index))</th><td class="bar">\(HTMLPage.bar(share))</td>\
        <td class="number">\((100 * share).text(1)) %</td>\
        <td class="number">\(count(index, index).groupedText) of \(total.groupedText)</td></tr>

        """
    }
    let all = classes.count <= limit ? "" : ", the \(limit) worst of \(classes.count)"
    return """
      <div class="grows"><h3>Accuracy of each class\
      <span class="quiet">worst first\(all)</span></h3>
      <table class="list"><tbody>\(rows)</tbody></table></div>

      """
  }
}
