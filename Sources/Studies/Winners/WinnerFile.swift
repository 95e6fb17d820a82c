import Foundation

/// `winner.yaml`: the configuration that repeats the training which a study comes to.
package struct WinnerFile {
  /// Its name in the folder of a study.
  package static let name = "winner.yaml"

  /// Comments that tell what it is and what to expect, then the whole configuration.
  package let text: String

  package init(_ training: WinnerTraining) {
    let winner = training.winner
    let images = training.trial.images == .validation ? "validation" : "held-out"
    var comments = CommentLines()
    comments.add("The winner of a study, effnet search \(training.study.kind): \(winner.name).")
    comments.add("Chosen by: \(winner.basis).")
    if let selected = winner.selected, let confirmed = winner.confirmed {
      comments.add(
        "Mean top-1 over seeds: \(Self.percent(selected)) on the images that it was selected by, "
          + "\(Self.percent(confirmed)) on those that confirm it.")
    }
    comments.addGap()
    comments.add(verbatim: "effnet train \(Self.name) --output DIR")
    comments.addGap()
    comments.add(
      "repeats the training \(winner.identity) of the study, with seed \(winner.seed), on any number of "
        + "ranks. Expected at its end, on the \(images) images:")
    if let top1 = winner.top1 { comments.add(verbatim: "top-1 \(Self.percent(top1))") }
    comments.add(verbatim: "stateSHA256 \(winner.stateSHA256)")
    comments.add(
      "effnet inspect DIR tells the hash. These bits are those of one program, core type of OpenBLAS and set of libraries, which "
        + "ledger.jsonl names; others come close.")
    text = comments.text + "\n" + training.configuration.yaml
  }

  private static func percent(_ share: Double) -> String {
    String(format: "%.2f %%", 100 * share)
  }
}
