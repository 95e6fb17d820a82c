import Training

/// How a study stands.
package enum StudyState: String, Codable, Sendable {
  /// Somebody does it.
  case running
  /// Nobody does it, and it can go on.
  case stopped
  /// Its recipe is to blame, so that nothing follows.
  case failed
  /// All is done.
  case finished
}

extension Study {
  /// How it stands.
  ///
  /// - Parameter isHeld: Whether somebody does it, see ``FolderLease``.
  package func state(isHeld: Bool) throws(TrainingError) -> StudyState {
    if problemOfRecipe() != nil { return .failed }
    if try isFinished { return .finished }
    return isHeld ? .running : .stopped
  }

  /// What goes on with it where it was stopped.
  package func resumption(in folder: StudyFolder) -> String {
    "effnet search \(kind.rawValue) \(folder.file(StudyFolder.configuration)) --output "
      + "\(folder.path) --resume"
  }

  /// Results of the ledger that do not count, if there are any: the configuration has changed, or
  /// asks for less than before.
  package func noticeOfForeignResults(
    in folder: StudyFolder
  ) throws(TrainingError) -> String? {
    let count = try ledger.count - progress().done
    guard count > 0 else { return nil }
    return "\(count.counted("result")) in \(folder.file(StudyFolder.ledger)) belong to no training "
      + "that is known to be needed, and do not count"
  }

  /// What the configuration asks otherwise than the last session did: it has been written anew.
  package var changesSinceLastSession: [String] {
    guard let session = sessions.last else { return [] }
    return session.changes(
      hypotheses: configuration.search.hypotheses.map(\.description),
      extensible: configuration.extensible)
  }
}
