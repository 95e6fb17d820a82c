import Networks

extension Configuration {
  /// What is trained in one of the stages of progressive learning, from 0 on; the last is the
  /// configuration itself.
  package func stage(_ index: Int) -> Configuration {
    let last = training.progressiveStages - 1
    guard index < last else { return self }
    let part = Double(index) / Double(last)
    func grown(from first: Double, to end: Double) -> Double { first + part * (end - first) }
    var result = self
    let architecture = Architecture(network, classes: 1)
    result.network.resolution = Int(
      grown(from: Double(training.firstResolution), to: Double(architecture.resolution)).rounded())
    result.network.dropout = grown(from: training.firstDropout, to: architecture.dropout)
    result.data.policyMagnitude = grown(from: training.firstMagnitude, to: data.policyMagnitude)
    result.data.mixup = grown(from: training.firstMixup, to: data.mixup)
    result.data.cutmix = grown(from: training.firstCutmix, to: data.cutmix)
    return result
  }

  /// Which stage of progressive learning it is; its steps, and what grows.
  func stageSummary(_ index: Int, of totalSteps: Int) -> (name: String, value: String) {
    let trained = stage(index)
    let architecture = Architecture(trained.network, classes: 1)
    func text(_ value: Double) -> String {
      let hundredths = (100 * value).rounded() / 100
      return hundredths == hundredths.rounded() ? "\(Int(hundredths))" : "\(hundredths)"
    }
    var parts = ["resolution \(architecture.resolution)", "dropout \(text(architecture.dropout))"]
    if data.policy == .randAugment {
      parts.append("magnitude \(text(trained.data.policyMagnitude))")
    }
    if trained.data.mixup > 0 { parts.append("mixup \(text(trained.data.mixup))") }
    if trained.data.cutmix > 0 { parts.append("cutmix \(text(trained.data.cutmix))") }
    let ends = stageEnds(of: totalSteps)
    let (first, last) = (index > 0 ? ends[index - 1] + 1 : 1, ends[index])
    let steps = first == last ? "step \(last)" : "steps \(first) to \(last)"
    return (
      "stage \(index + 1) of \(ends.count)", "\(steps): \(parts.joined(separator: ", "))"
    )
  }

  /// What is evaluated: the same network, on images of another size where one is given.
  var evaluated: Configuration {
    var result = self
    result.network.resolution = network.evaluationResolution ?? network.resolution
    return result
  }

  /// The stage that a step belongs to, from 0 on, and the step behind its last.
  package func stage(ofStep step: Int, of totalSteps: Int) -> (index: Int, end: Int) {
    let ends = stageEnds(of: totalSteps)
    let index = ends.firstIndex { step < $0 } ?? ends.count - 1
    return (index, ends[index])
  }

  /// The step behind the last of each stage.
  private func stageEnds(of totalSteps: Int) -> [Int] {
    let count = training.progressiveStages
    return (1...count).map { stage in
      // Without overflow: there may be 10¹² steps.
      totalSteps / count * stage + totalSteps % count * stage / count
    }
  }
}
