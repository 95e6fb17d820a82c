/// How long a group of ranks takes for a job, in seconds.
package struct JobDuration: Sendable {
  /// Until its first step.
  package let start: Double
  /// For all epochs that it adds.
  package let training: Double
  /// To measure what it has come to.
  package let measuring: Double
  /// To save it and to end.
  package let saving: Double

  package init(
    start: Double = 0, training: Double, measuring: Double = 0, saving: Double = 0
  ) {
    self.start = start
    self.training = training
    self.measuring = measuring
    self.saving = saving
  }

  /// All of it.
  var total: Double { start + training + measuring + saving }
}
