import MPI
import Supervision
import Training

/// What the dispatcher and the ranks write to each other, beside their trainings.
struct PostOffice {
  let world: Communicator
  /// Goes on while a letter waits to be taken: a rank may be long in a checkpoint before it looks.
  let activity: Activity

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
  func send(_ report: Report) throws(TrainingError) { try send(report, to: 0, tag: Tag.report) }

  /// What a rank has told rank 0, if anything has come.
  func report() throws(TrainingError) -> (rank: Int, Report)? {
    try next(tag: Tag.report).map { ($0.sender, $0.words) }
  }

  private func send(_ words: some Encodable, to rank: Int, tag: Int) throws(TrainingError) {
    do {
      try world.post(
        Communicator.encoded(words), to: rank, tag: tag, meanwhile: activity.advance)
    } catch { throw TrainingError(.rankLost, "\(error)") }
  }

  private func next<Words: Decodable>(
    tag: Int
  ) throws(TrainingError) -> (sender: Int, words: Words)? {
    do {
      guard let mail = try world.mail(tag: tag) else { return nil }
      return (mail.sender, try Communicator.decoded(mail.bytes, of: mail.sender))
    } catch { throw TrainingError(.rankLost, "\(error)") }
  }
}
