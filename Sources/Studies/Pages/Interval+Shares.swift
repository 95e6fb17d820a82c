import Reports
import Statistics

/// Student's interval of few seeds may leave what an accuracy can be: all that the page shows of it
/// ends where accuracies end.
extension Interval {
  /// Within what a share can be.
  var ofShare: Interval { clamped(0, 1) }

  /// Within what the difference of two shares can be.
  var ofDifference: Interval { clamped(-1, 1) }

  private func clamped(_ least: Double, _ most: Double) -> Interval {
    Interval(low: min(max(low, least), most), high: min(max(high, least), most))
  }

  /// Bounds of shares in points.
  var points: String { "\((100 * low).text(2)) to \((100 * high).text(2))" }
}
