import Glibc
import MPI
import Supervision
import Training

/// What the dispatcher and the ranks write to each other, beside their trainings.
package final class PostOffice {
  private let world: Communicator
  /// Goes on while a letter waits to be taken: a rank may be long in a checkpoint before it looks.
  private let activity: Activity
  /// Ranks that write no more; on rank 0.
  private var silent: Set<Int> = []

  package init(world: Communicator, activity: Activity) {
    self.world = world
    self.activity = activity
  }

  /// Tags of messages among all ranks, on which nothing else is sent while a study runs.
  private enum Tag {
    static let order = 1
    static let report = 2
  }

  /// Tells a rank what to do.
  func send(_ order: Order, to rank: Int) throws(TrainingError) {
    try send(order, to: rank, tag: Tag.order)
  }

  /// What rank 0 has told this rank to do, if anything has come.
  func order() throws(TrainingError) -> Order? { try next(tag: Tag.order)?.words }

  /// Tells rank 0 what has happened.
  package func send(_ report: Report) throws(TrainingError) {
    try send(report, to: 0, tag: Tag.report)
  }

  /// What a rank has told rank 0, if anything has come.
  package func report() throws(TrainingError) -> (rank: Int, Report)? {
    try next(tag: Tag.report).map { ($0.sender, $0.words) }
  }

  /// Ends the correspondence, on all ranks: what anyone has still written is of no study after this
  /// one.
  package func close() throws(TrainingError) {
    guard world.rank == 0 else { return try post([], to: 0, tag: Tag.report) }
    while silent.count < world.size - 1 {
      if try report() == nil {
        activity.advance()
        usleep(Self.pause)
      }
    }
  }

  /// Microseconds between two looks for the last words.
  private static let pause: UInt32 = 100

  private func send(_ words: some Encodable, to rank: Int, tag: Int) throws(TrainingError) {
    do { try post(Communicator.encoded(words), to: rank, tag: tag) } catch {
      throw TrainingError(.rankLost, "\(error)")
    }
  }

  private func post(_ bytes: [UInt8], to rank: Int, tag: Int) throws(TrainingError) {
    do { try world.post(bytes, to: rank, tag: tag, meanwhile: activity.advance) } catch {
      throw TrainingError(.rankLost, "\(error)")
    }
  }

  private func next<Words: Decodable>(
    tag: Int
  ) throws(TrainingError) -> (sender: Int, words: Words)? {
    do {
      while let mail = try world.mail(tag: tag) {
        // Nothing is the last word.
        guard mail.bytes.isEmpty else {
          return (mail.sender, try Communicator.decoded(mail.bytes, of: mail.sender))
        }
        silent.insert(mail.sender)
      }
      return nil
    } catch { throw TrainingError(.rankLost, "\(error)") }
  }
}
