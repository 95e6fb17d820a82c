import Glibc
import Networks
import Training

/// Step 2 of compound scaling (arXiv:1905.11946, section 3.3) for the winner of a grid: its way to
/// divide compute among depth, width and resolution, from half of the base's multiply-adds to 128
/// times them.
///
/// The shares are those that the winner has *reached*, divided by their sum: it is the network that
/// was measured, and blocks, channels and pixels seldom let it be quite what was asked for. They
/// are also what the surface over the triangle is fitted to.
package struct Family {
  /// Exponents φ: below the base, the base, and as many above it as the released family has.
  package static let exponents = Array(-1...7)

  package let base: ScaledNetwork
  /// Whether stem, head and the repeats of the first and the last stage are not scaled.
  package let keepsEnds: Bool
  package let shares: Shares
  package let members: [FamilyMember]

  /// Solves for all members.
  ///
  /// - Returns: Nil unless the study is a grid.
  package init?(_ training: WinnerTraining) {
    guard let design = training.study.design as? GridDesign, let winner = training.network.scaling
    else { return nil }
    self.init(design.parts.equalizer, winner: winner, factor: training.network.factor)
  }

  /// - Parameters:
  ///   - equalizer: Of the base.
  ///   - winner: The scaled network that the members follow.
  ///   - factor: Multiply-adds over those of the base that it was asked to have. Where that is 2^φ,
  ///     it is itself the member.
  package init(_ equalizer: Equalizer, winner: Equalizer.Result, factor: Double) {
    base = equalizer.base
    keepsEnds = equalizer.keepsEnds
    let shares = winner.shares.normalized
    self.shares = shares
    members = Self.exponents.map { phi in
      if phi == 0 { return FamilyMember(phi: phi, .base(equalizer.base)) }
      if exp2(Double(phi)) == factor { return FamilyMember(phi: phi, .scaled(winner)) }
      do throws(Unreachable) {
        return FamilyMember(
          phi: phi, .scaled(try equalizer.network(factor: exp2(Double(phi)), shares)))
      } catch { return FamilyMember(phi: phi, .unreachable(error)) }
    }
  }
}
