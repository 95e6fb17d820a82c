import ArgumentParser
import Boundary
import Foundation
import MPI
import Studies
import Supervision
import Training

/// What a study is started with, whatever it asks.
struct StudyOptions: ParsableArguments {
  @Argument(
    help: "A YAML configuration file of a run, with sections search, halving, evolution, space.",
    transform: NamedPath.read)
  var config: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Replace a value of the configuration.", valueName: "key=value"))
  var overrides: [String] = []

  @Option(help: "Folder for ledger, trainings, results and page.")
  var output: String?

  @Flag(
    help: "Go on from the ledger in the output folder, with more of the same where that is asked.")
  var resume = false

  @Flag(help: "Only tell what would be trained, what it costs, and what it will be able to show.")
  var plan = false

  @Flag(help: "With --plan, print one JSON object.")
  var json = false

  @OptionGroup var execution: StudyExecution

  func validate() throws {
    if output == "" { throw ValidationError("--output names no folder") }
    if json, !plan { throw ValidationError("--json goes with --plan") }
  }

  /// `Runs/NAME-KIND` unless another folder is given.
  func folder(_ kind: StudyKind) -> StudyFolder {
    StudyFolder(output ?? ConfigurationFile.defaultOutput(config, of: kind))
  }

  /// Plans the study or does it, on all ranks.
  func run(_ kind: StudyKind) throws {
    let folder = folder(kind)
    var planned: StudyPlan?
    try WatchedJob.run(in: folder.path) {
      try ConfigurationFile.readStudy(config, overrides)
    } deadline: {
      $0.run.supervision.deadline
    } check: { () throws(TrainingError) in
      if !resume { try folder.requireNew() }
    } _: { (configuration, world, watch) throws(TrainingError) in
      let display = world.rank == 0 ? StudyDisplay(folder) : nil
      for notice in try watch.notices(over: world) { display?.noticed(notice) }
      if plan {
        planned = try StudyPlan.plan(
          kind, configuration, folder, world, watch.activity,
          execution.options(isResuming: resume)
        ) { display?.noticed($0) }
        return nil
      }
      let run = try StudyRun(
        kind, configuration, folder, world, watch, execution.options(isResuming: resume), display)
      guard case .stopped(let signal) = try run.run() else { return nil }
      return WatchedJob.Stop(
        signal: signal,
        state: "after \(run.done.counted("training")); saved, go on with --resume")
    }
    if let planned { try show(planned) }
  }

  private func show(_ plan: StudyPlan) throws {
    for warning in plan.warnings { StandardError.warn(warning) }
    if json { printJSON(plan) } else { PlanDisplay(plan: plan).show() }
  }
}
