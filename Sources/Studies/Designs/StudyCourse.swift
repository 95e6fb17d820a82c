import Training

/// What a study consists of, as far as its ledger tells; it goes on while the ledger grows.
///
/// Whatever the order in which a ledger has got its entries, the course comes to the same.
package protocol StudyCourse: AnyObject {
  /// Networks that are known so far, in their order.
  var networks: [StudyNetwork] { get }
  /// Jobs that are known to be needed, done ones included, in the order in which they became known;
  /// no two of them the same, and none is taken back.
  var known: [Job] { get }
  /// The same in the order of the study, which is that of no ledger.
  var jobs: [Job] { get }

  /// What a network is called; nil for none of the study.
  func name(of network: ScaledNetwork) -> String?

  /// Whether it is open what follows on a job that is done: its training may go on, or may not.
  func isUndecided(_ job: Job) -> Bool

  /// Goes on by a ledger that has all that it had before, and more; looks at what is new alone.
  ///
  /// - Throws: When there is nothing to go on with, or `headway` ends it.
  func advance(by ledger: Ledger, _ headway: Headway) throws(TrainingError)
}

extension StudyCourse {
  package func name(of network: ScaledNetwork) -> String? {
    networks.first { $0.network == network }?.name
  }

  package func isUndecided(_ job: Job) -> Bool { false }
}

/// Jobs that are all to be done before something is decided by them; none is looked up again once
/// it is done.
struct AwaitedJobs {
  private let jobs: [Job]
  private var done = 0

  init(_ jobs: [Job]) { self.jobs = jobs }

  /// Whether all of them are done by a ledger that only grows.
  mutating func areDone(_ ledger: Ledger) -> Bool {
    while done < jobs.count, ledger.has(jobs[done]) { done += 1 }
    return done == jobs.count
  }
}
