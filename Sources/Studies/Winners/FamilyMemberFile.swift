import Foundation
import Training

/// A member of the family as a file that `effnet train` takes: the winner's training with another
/// network.
package struct FamilyMemberFile {
  /// Path in the folder of the study.
  package let name: String
  package let text: String

  /// - Returns: Nil where the member is unreachable.
  package init?(_ member: FamilyMember, of family: Family, _ training: WinnerTraining) {
    guard let network = member.network, let growth = member.growth else { return nil }
    name = Self.name(phi: member.phi)
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
      + training.study.recipe.networkKeys(of: network).map { "  \($0.key): \($0.value)\n" }.joined()
      + "  classes: \(network.architecture.classes)\n"
  }

  /// Path of a member's file.
  static func name(phi: Int) -> String {
    "\(WinnerFiles.familyFolder)/phi\(phi).yaml"
  }
}
