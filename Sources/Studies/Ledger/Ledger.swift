import Training

/// What the jobs of a study have come to: with the configuration all its state, from which
/// everything else is derived.
package struct Ledger: Sendable {
  private var entries: [Job.Key: LedgerEntry] = [:]

  package init(_ entries: [LedgerEntry] = []) {
    for entry in entries { add(entry) }
  }

  /// Notes what a job has come to; what was noted first stays.
  package mutating func add(_ entry: LedgerEntry) {
    if entries[entry.key] == nil { entries[entry.key] = entry }
  }

  /// Jobs that are done.
  package var count: Int { entries.count }

  /// What a job has come to, if it is done.
  package subscript(_ job: Job) -> LedgerEntry? { entries[job.key] }

  /// The same by its key.
  package subscript(_ key: Job.Key) -> LedgerEntry? { entries[key] }

  /// Whether a job is done.
  package func has(_ job: Job) -> Bool { entries[job.key] != nil }

  /// Whether all of them are done.
  package func hasAll(_ jobs: some Sequence<Job>) -> Bool { jobs.allSatisfy(has) }

  /// Images that several trainings of a network classify rightly, all together.
  ///
  /// - Returns: Nil where a training diverged: it ranks last, whatever the others did.
  package func correct(_ jobs: some Sequence<Job>) -> Int? {
    var sum = 0
    for job in jobs {
      guard let entry = entries[job.key], entry.end == .done else { return nil }
      sum += entry.correct
    }
    return sum
  }
}
