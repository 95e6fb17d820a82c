import Foundation
import Training

/// A member of the family as a file that `effnet train` takes: the winner's training with another network.
package struct FamilyMemberFile {
  /// Path in the folder of the study.
  package let name: String
  package let text: String

  /// - Returns: Nil where the member is unreachable.
  package init?(_ member: FamilyMember, of family: Family, _ training: WinnerTraining) {
    guard let network = member.network, let growth = member.growth else { return nil }
    name = Self.name(member)
    var comments = CommentLines()
    comments.add(
      "φ = \(member.phi) of the family that \(training.winner.name) begins: "
        + String(
          format: "%.4f times the base's multiply-adds; depth × %.3f, width × %.3f, "
            + "resolution × %.3f.",
          Double(network.multiplyAdds) / Double(family.base.multiplyAdds), growth.depth,
          growth.width, growth.resolution))
    comments.add(
      "All else is as in the winner's training; a larger network may want a smaller learning rate and "
        + "micro-batch, and more regularisation.")
    comments.addGap()
    comments.add(verbatim: "effnet train \(name) --output DIR")
    text =
      comments.text + "\nbase: ../\(WinnerFile.name)\n\nnetwork:\n"
      + Self.network(network, training).map { "  \($0.key): \($0.value)\n" }.joined()
  }

  /// Path of a member's file.
  static func name(_ member: FamilyMember) -> String {
    "\(WinnerFiles.familyFolder)/phi\(member.phi).yaml"
  }

  /// Keys of section `network` that differ from those of the winner.
  static func network(
    _ network: ScaledNetwork, _ training: WinnerTraining
  ) -> [(key: String, value: String)] {
    let architecture = network.architecture
    let rows = architecture.stages.map(\.notation).joined(separator: ", ")
    var keys = [
      (key: "stages", value: "[\(rows)]"), ("stem", "\(architecture.stemChannels)"),
      ("head", "\(architecture.headChannels)"), ("width", "1"), ("depth", "1"),
      ("resolution", "\(architecture.resolution)"),
    ]
    let recipe = training.study.recipe
    if let side = recipe.run.network.evaluationResolution {
      let grown = side * architecture.resolution / recipe.base.architecture.resolution
      keys.append((key: "evaluationResolution", value: "\(grown)"))
    }
    return keys
  }
}
