/// Whoever wants to see a study as it goes; called on rank 0.
package protocol StudyObserver: AnyObject {
  /// A study begins, or goes on.
  func began(_ study: Study, ranks: Int)
  /// Something to know: a line of the ledger was cut, for example.
  func noticed(_ notice: String)
  /// A job is done, by so many seconds of this session.
  func did(_ job: Job, _ entry: LedgerEntry, of study: Study, seconds: Double)
  /// Everything is done and written.
  func finished(_ study: Study)
}
