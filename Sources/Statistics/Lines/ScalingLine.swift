/// The networks of one scheme of scaling, with the errors of their seeds.
package struct ScalingLine: Sendable, Equatable {
  /// Of each network, in the unit of the axis.
  package let costs: [Double]
  /// Of each network's seeds, as shares.
  package let errors: [[Double]]

  /// - Precondition: Each network has an error, and all values are finite.
  package init(costs: [Double], errors: [[Double]]) {
    precondition(costs.count == errors.count, "\(costs.count) costs, \(errors.count) networks")
    precondition(errors.allSatisfy { !$0.isEmpty }, "a network without errors")
    costs.requireFinite("a cost")
    errors.joined().requireFinite("an error")
    self.costs = costs
    self.errors = errors
  }

  /// The line through the mean errors; `nil` where there is none.
  package var powerLaw: PowerLaw? { PowerLaw(costs: costs, errors: errors.map(\.mean)) }

  /// The line through the errors of a seed, by its place.
  func powerLaw(ofSeed seed: Int) -> PowerLaw? {
    PowerLaw(costs: costs, errors: errors.map { $0[seed] })
  }
}
