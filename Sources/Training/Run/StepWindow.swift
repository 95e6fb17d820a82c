import Foundation

/// What happened in the steps since the last line of the log.
struct StepWindow {
  private var loss = 0.0
  private var correct = 0
  private var correctTop5 = 0
  /// Images of the steps that were not skipped.
  private(set) var images = 0
  private(set) var seconds = 0.0
  private var secondsWaited = 0.0
  /// Seconds that this rank waited for images, and for other ranks.
  private(set) var ownWaited = 0.0
  private var exchanging = 0.0
  private var steps = 0

  /// Counts a step; evaluations and checkpoints do not count as time for images.
  mutating func add(_ step: Trainer.StepResult, seconds: Double, exchanging: Double) {
    if step.isSkipped { return }
    loss += step.loss
    correct += step.correct
    correctTop5 += step.correctTop5
    images += step.images
    self.seconds += seconds
    secondsWaited += step.secondsWaited
    ownWaited += step.ownSecondsWaited
    self.exchanging += exchanging
    steps += 1
  }

  var meanLoss: Double { loss / Double(max(images, 1)) }
  var top1: Double { Double(correct) / Double(max(images, 1)) }
  var top5: Double { Double(correctTop5) / Double(max(images, 1)) }
  var imagesPerSecond: Double { Double(images) / max(seconds, 1e-9) }
  /// Share of the time that the ranks waited for images, on average.
  var waiting: Double { secondsWaited / max(seconds, 1e-9) }
  /// Seconds that this rank waited for nothing.
  var computing: Double { max(0, seconds - exchanging - ownWaited) }

  /// This rank's own figures.
  func line(step: Int) -> String {
    let parts = [
      (computing, "computing"), (exchanging, "waiting for ranks"),
      (ownWaited, "waiting for images"),
    ].map { seconds, what in
      "\(String(format: "%.4f", seconds / Double(max(steps, 1)))) s \(what)"
    }
    return "step \(step): a step took \(parts.joined(separator: ", "))"
  }
}
