import Foundation
import Kernels
import Training

/// What a study asks of a folder, which may have one already: nothing is taken or written.
struct StudyQuestion {
  let study: Study
  /// What it would run in.
  let session: LedgerLine.Session
  let contents: LedgerFile.Contents

  /// - Parameters:
  ///   - isHeld: Whether somebody else does the study, who may be about to write a line.
  ///   - headway: Is told while data and ledger are read.
  ///   - tell: Is told of lines that are cut.
  /// - Throws: When the folder has another study; when configuration, data and ledger do not go
  ///   together.
  init(
    _ kind: StudyKind, _ configuration: StudyConfiguration, _ folder: StudyFolder,
    _ options: StudyRun.Options, isHeld: Bool = false, _ headway: Headway,
    _ tell: (String) -> Void
  ) throws(TrainingError) {
    let ledger = folder.file(StudyFolder.ledger)
    contents = try LedgerFile.read(ledger, headway)
    try contents.requireBeginning(ledger)
    if let notice = contents.notice, !(contents.isTorn && isHeld) { tell(notice) }
    // Before the study is planned, which may be impossible for another one.
    if let last = contents.sessions.last {
      try Self.require(kind, after: last, folder)
      try Self.requireSameQuestion(configuration, folder)
    }
    study = try Study(
      kind, configuration, contents.ledger, contents.sessions, headway)
    try study.requireSameData(in: folder)
    session = LedgerLine.Session(
      kind: kind, dataDigests: study.recipe.dataDigests, classes: study.recipe.classes,
      images: study.imageCounts, program: LibraryVersions.program,
      arithmetic: "\(OpenBLAS.configuration), \(InstructionSet.compiled)",
      hypotheses: configuration.search.hypotheses.map(\.description),
      extensible: configuration.extensible, results: contents.ledger.count)
    if let last = contents.sessions.last {
      try Self.require(session, after: last, folder, options)
    }
  }

  private static func require(
    _ kind: StudyKind, after last: LedgerLine.Session, _ folder: StudyFolder
  ) throws(TrainingError) {
    guard kind != last.kind else { return }
    throw TrainingError(
      .usage,
      "\(folder.path) has a study of kind \(last.kind.rawValue), not \(kind.rawValue); choose "
        + "another --output")
  }

  /// Results of other bits do not belong in one ledger.
  private static func require(
    _ session: LedgerLine.Session, after last: LedgerLine.Session, _ folder: StudyFolder,
    _ options: StudyRun.Options
  ) throws(TrainingError) {
    guard !options.acceptsOtherBits else { return }
    for (subject, old, new) in [
      ("arithmetic", last.arithmetic, session.arithmetic),
      ("program", last.program, session.program),
    ] where old != new {
      throw TrainingError(
        .usage,
        "the study in \(folder.path) was last done with another \(subject) (it was \(old) and is now "
          + "\(new)), whose results may have other bits; go on with --accept-other-bits, which the page "
          + "tells, or choose another --output")
    }
  }

  private static func requireSameQuestion(
    _ configuration: StudyConfiguration, _ folder: StudyFolder
  ) throws(TrainingError) {
    let old = try folder.studyConfiguration()
    func matters(_ name: String) -> Bool {
      !configuration.mayChange(name) && !Recipe.changesNoBits(name)
    }
    let changes = Configuration.changes(
      from: old.entries.filter { matters($0.name) },
      to: configuration.entries.filter { matters($0.name) })
    guard let first = changes.first else { return }
    let more = changes.count > 1 ? " (and \(changes.count - 1) more)" : ""
    throw TrainingError(
      .usage,
      "the study in \(folder.path) asks something else: \(first)\(more); what is trained already would "
        + "not belong to it; choose another --output")
  }
}
