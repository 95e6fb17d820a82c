import ArgumentParser
import Training

/// `effnet verify`: the arithmetic against a file of reference values.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks forward, backward and optimizer against a reference file.",
    discussion: "Exit code 1 when a value is out of tolerance. Runs on any number of ranks.")

  @Argument(help: "An HDF5 file of reference values.", transform: NamedPath.read)
  var reference: String

  @Option(
    help: "Images of a micro-batch; one unless given.",
    transform: BoundedNumber.whole(1...65_536, "images"))
  var microBatch: Int?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    try Job.run { world in
      let verification = try ReferenceVerification(
        path: reference, microBatch: microBatch, communicator: world)
      if world.rank == 0 {
        if json { printJSON(Report(verification)) } else { show(verification) }
      }
      guard verification.holds else {
        let failed = verification.checks.filter { !$0.holds }
        throw Failure(
          .check,
          "\(reference): \(failed.count) of \(verification.checks.count) values are out of "
            + "tolerance, first \(failed[0].name)", isAgreed: true)
      }
    }
  }

  private struct Report: Encodable {
    struct Value: Encodable {
      let name: String
      let error, tolerance: Double
      let holds: Bool
    }
    let holds: Bool
    let activation: String
    let checks: [Value]

    init(_ verification: ReferenceVerification) {
      activation = verification.activation.rawValue
      holds = verification.holds
      checks = verification.checks.map {
        Value(name: $0.name, error: $0.error, tolerance: $0.tolerance, holds: $0.holds)
      }
    }
  }

  private func show(_ verification: ReferenceVerification) {
    if verification.isActivationRecognized {
      print(
        "activation: \(verification.activation.rawValue), by its scores; the file does not name one"
      )
    }
    for group in [
      "eval/logits", "train/logits", "train/loss", "train/gradients",
      "train/batch_mean", "train/batch_variance", "rmsprop/losses", "rmsprop/weights_after",
    ] {
      let checks = verification.checks.filter { $0.name.hasPrefix(group) }
      guard let worst = checks.max(by: { $0.error < $1.error }) else { continue }
      let mark = checks.allSatisfy(\.holds) ? "ok  " : "FAIL"
      print(
        "\(mark) \(group.padding(toLength: 22, withPad: " ", startingAt: 0)) "
          + "\(checks.count) compared, worst \(scientific(worst.error)) "
          + "of \(scientific(worst.tolerance)) at \(worst.name)")
    }
  }
}
