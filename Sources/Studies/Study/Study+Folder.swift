import Training

extension Study {
  /// The study that a folder holds, as its files alone tell it; also while it is running, and where
  /// its data are not.
  ///
  /// - Parameters:
  ///   - isHeld: Whether somebody does it, who may be about to write a line.
  ///   - tell: Is told of what does not count, and of what the configuration asks since.
  /// - Throws: When there is none.
  package convenience init(
    in folder: StudyFolder, isHeld: Bool = false, _ tell: (String) -> Void
  ) throws(TrainingError) {
    let ledger = folder.file(StudyFolder.ledger)
    let contents = try LedgerFile.read(ledger)
    try contents.requireBeginning(ledger)
    guard let session = contents.sessions.last else {
      throw TrainingError(
        .data, "\(folder.path) has no study; name the --output folder of effnet search")
    }
    if let notice = contents.notice, !(contents.isTorn && isHeld) { tell(notice) }
    try self.init(
      session.kind, folder.studyConfiguration(), contents.ledger, contents.sessions,
      StudyData(session), .unwatched)
    if let notice = try noticeOfForeignResults(in: folder) { tell(notice) }
    let changes = changesSinceLastSession
    if !changes.isEmpty {
      tell(
        "\(folder.file(StudyFolder.configuration)) has been changed since the study was done: "
          + changes.joined(separator: "; "))
    }
  }

  /// Refuses other data than those that the study in a folder has been done with so far.
  func requireSameData(in folder: StudyFolder) throws(TrainingError) {
    guard let session = sessions.last, session.dataDigests != recipe.dataDigests else { return }
    throw TrainingError(
      .usage,
      "the data are others than those of the study in \(folder.path); give it the same, or choose "
        + "another --output")
  }
}
