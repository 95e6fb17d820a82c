import Foundation
import Networks

/// `family.yaml`: the members of the family with what they cost, beside the published scaling.
package struct FamilyFile {
  /// One YAML document with the lists `members`, `formula`, `formulaFromB0` and `released`.
  package let text: String

  package init(_ family: Family, _ training: WinnerTraining) {
    text =
      Self.comments(family, training) + "\nmembers:\n"
      + family.members.map { Self.entry($0, family, training) }.joined()
      + Self.list(
        "formula", by: "phi",
        "The published α 1.2, β 1.1, γ 1.15 by formula, blocks of each stage rounded up, from this "
          + "base.",
        PublishedScaling.formula(
          Family.exponents, from: family.base.architecture, keepsEnds: family.keepsEnds))
      + Self.list(
        "formulaFromB0", by: "phi", "The same from B0.",
        PublishedScaling.formula(Family.exponents, from: Architecture(.b0)))
      + Self.list(
        "released", by: "name", "The released family, set by hand; factors are over B0.",
        PublishedScaling.released)
  }

  private static func comments(_ family: Family, _ training: WinnerTraining) -> String {
    let (shares, scaling) = (family.shares, family.shares.scaling)
    let tolerance = training.study.configuration.search.tolerance
    var comments = CommentLines()
    comments.add(
      "The family that the winner of a grid begins, \(training.winner.name): step 2 of compound "
        + "scaling.")
    comments.add(
      String(
        format: "Shares of depth, width, resolution: %.4f, %.4f, %.4f; α %.4f, β %.4f, γ %.4f "
          + "(α·β²·γ² = 2).", shares.depth, shares.width, shares.resolution, scaling.alpha,
        scaling.beta, scaling.gamma))
    comments.add(
      "They are those that the winner has reached, divided by their sum: it is the network that was "
        + "measured, whatever was asked for.")
    comments.add(
      "Each member has 2^φ times the base's multiply-adds by exact count, within "
        + String(format: "%g %%", 100 * tolerance)
        + ", and the shares that blocks, channels and pixels allow.")
    comments.addGap()
    comments.add(verbatim: "effnet train family/phi1.yaml --output DIR")
    return comments.text
  }

  private static func entry(
    _ member: FamilyMember, _ family: Family, _ training: WinnerTraining
  ) -> String {
    guard let network = member.network, let growth = member.growth else {
      var comments = CommentLines()
      comments.add("φ = \(member.phi): \(problem(member) ?? "").")
      return comments.text.split(separator: "\n").map { "  \($0)\n" }.joined()
    }
    let factor = Double(network.multiplyAdds) / Double(family.base.multiplyAdds)
    var lines = [
      "- phi: \(member.phi)", "  file: \(FamilyMemberFile.name(phi: member.phi))",
      String(format: "  factor: %.4f", factor),
      String(
        format: "  growth: {depth: %.4f, width: %.4f, resolution: %.4f}", growth.depth,
        growth.width, growth.resolution),
    ]
    if case .scaled(let result) = member.outcome {
      lines.append(
        String(
          format: "  shares: {depth: %.4f, width: %.4f, resolution: %.4f}", result.shares.depth,
          result.shares.width, result.shares.resolution))
    }
    lines += [
      "  blocks: \(network.depth)", "  multiplyAdds: \(network.multiplyAdds)",
      "  parameters: \(network.parameters)", "  activations: \(network.activations)", "  network:",
    ]
    lines += training.study.recipe.networkKeys(of: network).map { "    \($0.key): \($0.value)" }
    return lines.map { "  \($0)\n" }.joined()
  }

  /// Why there is no member at an exponent; nil where there is one.
  private static func problem(_ member: FamilyMember) -> String? {
    switch member.outcome {
    case .base, .scaled: nil
    case .indescribable(let network, let reason):
      "its \(network.depth) blocks do not fit into a table: \(reason)"
    case .unreachable(let unreachable): "no network with about these shares has \(unreachable)"
    }
  }

  /// A list of networks by what tells them apart, `phi` or `name`.
  private static func list(
    _ key: String, by label: String, _ comment: String, _ networks: [PublishedScaling]
  ) -> String {
    var comments = CommentLines()
    comments.add(comment)
    return "\n" + comments.text + "\(key):\n"
      + networks.map { network in
        let scale = network.coefficients
        return "  - {\(label): \(network.name), "
          + String(format: "depth: %.4f, width: %.4f, ", scale.depth, scale.width)
          + "resolution: \(scale.resolution), multiplyAdds: \(network.multiplyAdds), "
          + String(format: "factor: %.4f}\n", network.factor)
      }.joined()
  }
}
