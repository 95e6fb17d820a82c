import Glibc

/// A member of the family that a grid's winner begins.
package struct FamilyMember: Sendable {
  /// What there is at an exponent.
  package enum Outcome: Sendable {
    case base(ScaledNetwork)
    case scaled(Equalizer.Result)
    case unreachable(Unreachable)
  }

  /// Exponent: the member costs 2^φ times the base.
  package let phi: Int
  package let outcome: Outcome

  init(phi: Int, _ outcome: Outcome) {
    self.phi = phi
    self.outcome = outcome
  }

  /// Multiply-adds over those of the base that are asked for.
  package var factor: Double { exp2(Double(phi)) }

  /// Its network, where there is one.
  package var network: ScaledNetwork? {
    switch outcome {
    case .base(let network): network
    case .scaled(let result): result.network
    case .unreachable: nil
    }
  }

  /// Depth, width and resolution over those of the base, where there is a network.
  package var growth: Growth? {
    switch outcome {
    case .base: Growth(depth: 1, width: 1, resolution: 1)
    case .scaled(let result): result.reached
    case .unreachable: nil
    }
  }
}
