import Training

/// Opens the folder of a study on rank 0: takes it, reads what its ledger holds, and refuses to go
/// on with another question.
struct StudyOpening {
  let lease: FolderLease
  let study: Study
  let limits: GroupLimits
  let records: StudyRecords

  /// - Parameters:
  ///   - advance: Is called while another study is waited for, and while data and ledger are read.
  ///   - tell: Is told of lines that are cut and of what is waited for.
  /// - Throws: When the folder is another study's, is in use or cannot be written; when
  ///   configuration, data and ledger do not go together, or the ranks have not the memory. A
  ///   folder that has no study is left as it was.
  init(
    _ kind: StudyKind, _ configuration: StudyConfiguration, _ folder: StudyFolder,
    _ places: RankPlaces, _ options: StudyRun.Options, advance: @escaping () -> Void,
    _ tell: (String) -> Void
  ) throws(TrainingError) {
    let headway = Headway(advance, options.stopRequest, "while the ledger was gone through")
    func ask() throws(TrainingError) -> (StudyQuestion, GroupLimits) {
      let question = try StudyQuestion(kind, configuration, folder, options, headway, tell)
      if let problem = question.study.problemOfRecipe() { throw problem }
      let limits = try GroupLimits(
        question.study, freeBytes: places.freeBytes, hosts: places.hosts, fixed: options.slots)
      return (question, limits)
    }
    let isNew = !folder.hasStudy
    if isNew || !options.isResuming { try folder.requireNew() }
    // What is refused leaves nothing; of a study that is there the lease comes first, as others
    // may add to it.
    let early = isNew ? try ask() : nil
    try folder.run.prepare()
    lease = try FolderLease(
      folder.run, waiting: options.isResuming ? FolderLease.seconds : 0,
      stopRequest: options.stopRequest, advance: advance, tell)
    // Another one may have begun it meanwhile.
    let isStillNew = !folder.hasStudy
    if !isStillNew, !options.isResuming { try folder.requireNew() }
    let question: StudyQuestion
    if isStillNew, let early { (question, limits) = early } else { (question, limits) = try ask() }
    study = question.study
    if isStillNew, options.isResuming {
      tell("there is no study in \(folder.path) yet: it begins")
    }
    study.begin(question.session)
    try folder.run.write(configuration.yaml, to: StudyFolder.configuration)
    records = try StudyRecords(folder, question.contents, question.session)
  }
}
