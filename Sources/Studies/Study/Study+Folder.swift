import Training

extension Study {
  /// The study that a folder holds, as its files alone tell it; also while it is running, and where
  /// its data are not.
  ///
  /// - Parameter tell: Is told of lines of the ledger that do not count.
  /// - Throws: When there is none.
  package convenience init(
    in folder: StudyFolder, _ tell: (String) -> Void
  ) throws(TrainingError) {
    let contents = try LedgerFile.read(folder.file(StudyFolder.ledger))
    guard let session = contents.sessions.last else {
      throw TrainingError(
        .data, "\(folder.path) has no study; name the --output folder of effnet search")
    }
    if let notice = contents.notice { tell(notice) }
    let configuration: StudyConfiguration
    do {
      configuration = try StudyConfiguration(leftIn: folder)
    } catch { throw TrainingError(error) }
    try self.init(
      session.kind, configuration, contents.ledger, contents.sessions, StudyData(session),
      .unwatched)
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
