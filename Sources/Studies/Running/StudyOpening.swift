import Foundation
import Kernels
import Training

/// Opens the folder of a study on rank 0: takes it, reads what its ledger holds, and refuses to go
/// on with another question.
struct StudyOpening {
  let lease: FolderLease
  let study: Study
  let records: StudyRecords

  /// - Parameters:
  ///   - advance: Is called while another study is waited for, and while data and ledger are read.
  ///   - tell: Is told of lines that are cut and of what is waited for.
  /// - Throws: When the folder is another study's, is in use or cannot be written; when
  ///   configuration, data and ledger do not go together.
  init(
    _ kind: StudyKind, _ configuration: StudyConfiguration, _ folder: StudyFolder,
    _ options: StudyRun.Options, advance: @escaping () -> Void, _ tell: (String) -> Void
  ) throws(TrainingError) {
    if !options.isResuming { try folder.requireNew() }
    try folder.run.prepare()
    lease = try FolderLease(
      folder.run, waiting: options.isResuming ? FolderLease.seconds : 0,
      stopRequest: options.stopRequest, advance: advance, tell)
    let headway = Headway(advance, options.stopRequest, "while the ledger was gone through")
    let contents = try LedgerFile.read(folder.file(StudyFolder.ledger), headway)
    if let notice = contents.notice { tell(notice) }
    // Before the study is planned, which may be impossible for another one.
    if let last = contents.sessions.last {
      try Self.require(kind, after: last, folder)
      try Self.requireSameQuestion(configuration, folder)
    }
    study = try Study(
      kind, configuration, contents.ledger, contents.sessions, headway)
    try study.requireSameData(in: folder)
    let session = LedgerLine.Session(
      kind: kind, dataDigests: study.recipe.dataDigests, classes: study.recipe.classes,
      images: study.imageCounts, program: LibraryVersions.program,
      arithmetic: "\(OpenBLAS.configuration), \(InstructionSet.compiled)",
      hypotheses: configuration.search.hypotheses.map(\.description),
      extensible: configuration.extensible, results: contents.ledger.count)
    if let last = contents.sessions.last {
      try Self.require(session, after: last, folder, options)
    }
    if let problem = study.problemOfRecipe() { throw problem }
    study.begin(session)
    try folder.run.write(configuration.yaml, to: StudyFolder.configuration)
    records = try StudyRecords(folder, contents, session)
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
        "the study in \(folder.path) was begun with another \(subject) (it was \(old) and is now "
          + "\(new)), whose results may have other bits; go on with --accept-other-bits, which the page "
          + "tells, or choose another --output")
    }
  }

  private static func requireSameQuestion(
    _ configuration: StudyConfiguration, _ folder: StudyFolder
  ) throws(TrainingError) {
    let path = folder.file(StudyFolder.configuration)
    let old: StudyConfiguration
    do { old = try StudyConfiguration(leftIn: folder) } catch {
      throw TrainingError(.data, "\(path): the study cannot be compared with it: \(error)")
    }
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
