import Glibc

/// A line of errors that fall with the cost: error = A · cost^−v.
///
/// Least squares in logarithms. v is the exponent that rewards can use instead of a borrowed one.
package struct PowerLaw: Sendable, Codable, Equatable {
  /// How fast errors fall, v; a doubling of the cost divides them by 2^v.
  package let exponent: Double
  /// Deviation of the exponent; `nil` for two points. 0 where the points lie on the line.
  package let exponentError: Double?
  /// Points that the line was laid through.
  package let count: Int
  /// Means of the natural logarithms of costs and errors: the line goes through them.
  private let meanLogCost, meanLogError: Double
  /// Natural logarithms of the least and the largest cost.
  let logCosts: ClosedRange<Double>

  /// Lays the line through points.
  ///
  /// - Parameters:
  ///   - costs: Of each point, in the unit of the axis.
  ///   - errors: As shares, for example means over seeds.
  /// - Returns: `nil` for less than two different costs, and where a cost or an error is not
  ///   positive: an error of 0 is on no such line.
  /// - Precondition: There are as many of both, and all are finite.
  package init?(costs: [Double], errors: [Double]) {
    precondition(costs.count == errors.count, "\(costs.count) costs, \(errors.count) errors")
    costs.requireFinite("a cost")
    errors.requireFinite("an error")
    guard costs.allSatisfy({ $0 > 0 }), errors.allSatisfy({ $0 > 0 }),
      let least = costs.min(), let largest = costs.max()
    else { return nil }
    let (x, y) = (costs.map { log($0) }, errors.map { log($0) })
    let (meanX, meanY) = (x.mean, y.mean)
    let squares = x.squaredDistances
    guard squares > 0 else { return nil }
    let slope = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / squares
    let residuals = zip(x, y).map { $1 - meanY - slope * ($0 - meanX) }
    count = x.count
    exponent = -slope
    exponentError =
      count > 2
      ? (residuals.reduce(0) { $0 + $1 * $1 } / Double(count - 2) / squares).squareRoot() : nil
    (meanLogCost, meanLogError) = (meanX, meanY)
    logCosts = log(least)...log(largest)
  }

  /// The error that the line has at a positive cost.
  package func error(at cost: Double) -> Double { exp(logError(atLog: log(cost))) }

  func logError(atLog logCost: Double) -> Double {
    meanLogError - exponent * (logCost - meanLogCost)
  }

  /// Student's interval for the exponent, with what is left beside the line as its noise.
  ///
  /// - Returns: `nil` for two points.
  package func exponentInterval(confidence: Double = 0.95) -> Interval? {
    exponentError.map {
      let factor = StudentT(degrees: Double(count - 2)).quantile((1 + confidence) / 2)
      return Interval(around: exponent, halfWidth: factor * $0)
    }
  }
}
