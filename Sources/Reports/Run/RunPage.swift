import Foundation

/// The page of a run: how far it is, its curves, and what the last evaluation found.
package struct RunPage: Sendable {
  /// What a run is doing.
  package enum Status: Sendable {
    case running, finished
    /// Ended before its last step; the reason in a line.
    case stopped(reason: String)
  }

  /// A quantity of the training images, and of the validation images.
  package struct Curves: Sendable {
    package var training: [LinePlot.Point]
    package var validation: [LinePlot.Point]

    package init(
      training: [LinePlot.Point] = [], validation: [LinePlot.Point] = []
    ) {
      self.training = training
      self.validation = validation
    }
  }

  package var title: String
  /// Network in a line.
  package var model: String
  package var status = Status.running
  /// Steps taken and steps of the run; epochs likewise.
  package var step = 0
  package var totalSteps = 0
  package var epoch = 0.0
  package var epochs = 0.0
  package var started = Date()
  package var updated = Date()
  package var imagesPerSecond: Double?
  /// Estimate for the rest of the run.
  package var secondsLeft: Double?

  /// Mean cross-entropy in nats, over epochs.
  package var loss = Curves()
  /// Share of images whose most probable class is their own, 0 to 1.
  package var top1 = Curves()
  /// Share of images whose class is among the five most probable, 0 to 1; empty where that says
  /// little.
  package var top5 = Curves()
  package var learningRate: [LinePlot.Point] = []
  /// Images of all ranks a second.
  package var speed: [LinePlot.Point] = []
  /// Share of the time spent waiting for images, 0 to 1; empty where it is not measured.
  package var waiting: [LinePlot.Point] = []

  package var evaluation: EvaluationSection?
  package var facts: [(name: String, value: String)] = []
  /// The resolved configuration, if it is to be shown.
  package var configuration: String?

  package init(title: String, model: String) {
    self.title = title
    self.model = model
  }

  /// Seconds after which a browser reads the page of a running run again.
  private static let refreshSeconds = 30

  /// The text of the page.
  package var html: String {
    let isRunning = if case .running = status { true } else { false }
    return HTMLPage.html(
      title: title, refreshSeconds: isRunning ? Self.refreshSeconds : nil,
      body: header + plots + (evaluation?.markup ?? "") + details)
  }
}
