import Training

/// Jobs of a study that are neither done nor given to anybody, the longest first.
package struct Backlog {
  /// A job with its place in the order.
  private struct Entry {
    let job: Job
    let length: Double
    /// From 1 on, in the order of becoming known.
    let number: Int

    /// Whether another one comes before it: the longer, of equals the one that was known first.
    func isAfter(_ other: Entry) -> Bool {
      (length, other.number) < (other.length, number)
    }
  }

  private let length: (Job) -> Double
  /// The next one last.
  private var entries: [Entry] = []
  /// Jobs of the study that were looked at.
  private var seen = 0

  /// - Parameter length: How long a job takes, in any unit.
  package init(length: @escaping (Job) -> Double) { self.length = length }

  /// Jobs in it.
  package var count: Int { entries.count }

  /// Takes in what has become known since this was done last, unless it is done.
  package mutating func update(from study: Study) throws(TrainingError) {
    let known = try study.known()
    guard seen < known.count else { return }
    for job in known[seen...] {
      seen += 1
      if !study.ledger.has(job) {
        entries.append(Entry(job: job, length: length(job), number: seen))
      }
    }
    entries.sort { $0.isAfter($1) }
  }

  /// Gives the next job away, of those that may begin.
  ///
  /// - Returns: Nil if there is none; otherwise with its number in the study, from 1 on.
  package mutating func next(where mayBegin: (Job) -> Bool) -> (job: Job, number: Int)? {
    guard let index = entries.lastIndex(where: { mayBegin($0.job) }) else { return nil }
    let entry = entries.remove(at: index)
    return (entry.job, entry.number)
  }

  /// Takes back a job that was given away and is not done.
  ///
  /// - Parameter length: How long what is left of it takes.
  package mutating func putBack(_ job: Job, number: Int, length: Double) {
    let entry = Entry(job: job, length: length, number: number)
    let place = entries.firstIndex { !$0.isAfter(entry) } ?? entries.count
    entries.insert(entry, at: place)
  }
}
