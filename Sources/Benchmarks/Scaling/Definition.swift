/// What a figure of the scaling report means.
package struct Definition: Sendable, Encodable {
  package let figure, meaning: String

  /// All figures of a report.
  static func all(_ plan: ScalingPlan) -> [Definition] {
    let data =
      plan.configuration == nil
      ? "0 here: the images are synthetic and stay in place" : "loading the images of a step"
    return [
      .init(
        figure: "images/s",
        meaning: "Images of all ranks over the seconds of a step; a step's time is the mean over "
          + "its ranks, from the end of one step to the end of the next, no barrier between. Median "
          + "over all steps of all repetitions; \(ScalingSample.warmUp) steps of each are discarded."
      ),
      .init(
        figure: "95 % interval",
        meaning: "Bootstrap: \(Bootstrap.draws) times repetitions and the steps within each are "
          + "drawn again, with the same random numbers every time."),
      .init(
        figure: "weak scaling", meaning: "\(plan.batch) images a rank, however many ranks."),
      .init(
        figure: "strong scaling", meaning: "\(plan.batch) images in all, however many ranks."),
      .init(
        figure: "efficiency",
        meaning: "Images/s of each rank over images/s of one rank: alone with all other processors "
          + "idle, and with busy neighbours, which are independent copies of the same job, as many "
          + "as the point has ranks on a machine."),
      .init(
        figure: "loss",
        meaning: "Seconds of the step minus the step of one rank alone times the rank's share of "
          + "its images. Steps and their parts are means over the middle half of the steps, from "
          + "the first to the third quartile of their durations: without outliers, and with parts "
          + "that add up."),
      .init(
        figure: "exposed gradient exchange",
        meaning: "What the last rank to finish its backward pass waits for the gradients."),
      .init(
        figure: "batch-norm exchange",
        meaning: "What the last rank to come waits in exchanges that the next kernel needs."),
      .init(
        figure: "imbalance",
        meaning: "What ranks wait in an exchange longer than the one that came last."),
      .init(
        figure: "waiting for data", meaning: "Seconds before a step's images are there: \(data)."),
      .init(
        figure: "slower compute",
        meaning:
          "Seconds between exchanges and of the update, beyond those of one rank alone times "
          + "the rank's share of its images (of the update nothing is shared), with what it costs the "
          + "core to send and add up gradients meanwhile; of that contention: what the baseline with "
          + "busy neighbours loses, too."),
      .init(
        figure: "other",
        meaning: "What the step's own clock says beyond these parts."),
      .init(
        figure: "model",
        meaning:
          "Recorded steps of single ranks (with as many busy neighbours as the point's), one "
          + "for each rank, replayed together: a message of S bytes takes α + β·S, adding takes "
          + "γ·S, small sums go through all levels of the tree, large ones in halves; the ranks of a "
          + "host share its link; gradients go over the link while computing goes on, as long as "
          + "they arrive before the next statistics. Residual: model over measured step, minus 1."),
      .init(
        figure: "predicted",
        meaning:
          "Not measured: the model at more ranks, weak scaling, synthetic images. It assumes "
          + "ranks on equal hosts, links without congestion that carry both ways at once, and ranks "
          + "that are as even as those recorded: an exchange waits for the slowest, so one slow step "
          + "in a hundred is met all the time among a thousand ranks. Even ranks: all take the "
          + "recorded step of middle length. Networks that were not measured as points were "
          + "recorded with \(ScalingPlan.predictionBatch) images a rank for "
          + "\(ScalingPlan.predictionSteps) steps, and their computing scaled to \(plan.batch)."),
    ]
  }
}
