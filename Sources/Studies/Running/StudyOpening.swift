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
    let isNew = !folder.hasStudy
    if isNew || !options.isResuming { try folder.requireNew() }
    try folder.run.prepare()
    lease = try FolderLease(
      folder.run, waiting: options.isResuming ? FolderLease.seconds : 0,
      stopRequest: options.stopRequest, advance: advance, tell)
    let headway = Headway(advance, options.stopRequest, "while the ledger was gone through")
    let question = try StudyQuestion(kind, configuration, folder, options, headway, tell)
    study = question.study
    if let problem = study.problemOfRecipe() { throw problem }
    if isNew, options.isResuming { tell("there is no study in \(folder.path) yet: it begins") }
    study.begin(question.session)
    try folder.run.write(configuration.yaml, to: StudyFolder.configuration)
    records = try StudyRecords(folder, question.contents, question.session)
  }
}
