import Boundary
import Foundation

extension RunPage {
  /// Title, state and the numbers that matter now.
  var header: String {
    let (style, state) =
      switch status {
      case .running: ("running", "running")
      case .finished: ("finished", "finished")
      case .stopped(let reason): ("stopped", "stopped: \(reason)")
      }
    let done = totalSteps > 0 ? Double(step) / Double(totalSteps) : 0
    return """
      <header><div class="row"><h1>\(title.escapedForHTML)</h1>\
      <span class="status \(style)">\(state.escapedForHTML)</span></div>
      <p class="quiet">\(model.escapedForHTML)</p>
      <div class="done" role="img" aria-label="\((100 * done).text()) % of the steps">\
      <div style="width:\((100 * done).text(2))%"></div></div>
      \(HTMLPage.list(tiles, class: "tiles"))</header>

      """
  }

  private var tiles: [(name: String, value: String, note: String)] {
    var tiles = [
      ("step", step.groupedText, "of \(totalSteps.groupedText)"),
      ("epoch", epoch.briefText, "of \(epochs.briefText)"),
    ]
    for (name, points) in [("top-1", top1.validation), ("top-5", top5.validation)] {
      guard let last = points.last, let best = points.max(by: { $0.y < $1.y }) else { continue }
      tiles.append(
        ("validation \(name)", last.y.percentText, "best \(best.y.percentText)"))
    }
    if let last = loss.validation.last, let best = loss.validation.min(by: { $0.y < $1.y }) {
      tiles.append(("validation loss", last.y.shortText, "best \(best.y.shortText)"))
    }
    if let last = loss.training.last {
      let top1 = top1.training.last.map { "top-1 \($0.y.percentText)" } ?? ""
      tiles.append(("training loss", last.y.shortText, top1))
    }
    if let imagesPerSecond {
      tiles.append(("images/s", imagesPerSecond.shortText, ""))
    }
    let seconds = updated.timeIntervalSince(started)
    tiles.append(("time", seconds.durationText, "since \(Self.text(started))"))
    if case .running = status, let secondsLeft {
      tiles.append(
        ("left", secondsLeft.durationText, "until \(Self.text(updated + secondsLeft))"))
    }
    return tiles
  }

  /// A point in time, in the zone of the machine.
  private static func text(_ date: Date) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyy-MM-dd HH:mm"
    return formatter.string(from: date)
  }

  var plots: String {
    var small = [
      LinePlot("Learning rate", includesZero: true, [.init(learningRate)]),
      LinePlot("Images per second", includesZero: true, [.init(speed)]),
    ]
    if !waiting.isEmpty {
      small.append(
        LinePlot(
          "Waiting for images", unit: " %", includesZero: true, [.init(Self.percent(waiting))]))
    }
    var lossPlot = LinePlot("Loss", Self.series(loss))
    lossPlot.isLogarithmic = Self.spansDecades(loss.training + loss.validation)
    var large = [lossPlot, Self.percentPlot("Top-1", top1)]
    if !(top5.training + top5.validation).isEmpty { large.append(Self.percentPlot("Top-5", top5)) }
    return """
      <main><section class="plots">\(large.map(\.markup).joined())</section>
      <section class="plots small">\(small.map(\.markup).joined())</section>

      """
  }

  private static func percentPlot(_ name: String, _ curves: Curves) -> LinePlot {
    let percents = Curves(
      training: percent(curves.training), validation: percent(curves.validation))
    return LinePlot(name, unit: " %", series(percents))
  }

  private static func series(_ curves: Curves) -> [LinePlot.Series] {
    let training = LinePlot.Series(curves.training, name: "training")
    return curves.validation.isEmpty
      ? [training] : [training, LinePlot.Series(curves.validation, name: "validation")]
  }

  private static func percent(_ points: [LinePlot.Point]) -> [LinePlot.Point] {
    points.map { LinePlot.Point(x: $0.x, y: 100 * $0.y) }
  }

  /// Whether a linear axis would show little more than the largest of the values.
  private static func spansDecades(_ points: [LinePlot.Point]) -> Bool {
    let values = points.lazy.map(\.y).filter { $0 > 0 && $0.isFinite }
    guard let low = values.min(), let high = values.max() else { return false }
    return high > 30 * low
  }

  /// Facts and configuration, and the end of the page.
  var details: String {
    var result = "<h2>Run</h2>\n"
    result += HTMLPage.list(facts.map { ($0.name, $0.value, "") }, class: "facts")
    if let configuration {
      result += "<details><summary>Configuration</summary>"
      result += "<pre>\(configuration.escapedForHTML)</pre></details>\n"
    }
    let renewal =
      if case .running = status {
        " Renewed while the run goes on: if that is long ago, it has ended without a word here."
      } else { "" }
    return result + "</main>\n<footer>As of \(Self.text(updated)).\(renewal)</footer>"
  }
}
