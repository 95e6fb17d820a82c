/// What the dispatcher tells a rank.
enum Order: Codable {
  /// To take part in a training.
  case train(Assignment)
  /// To save and stop the training that it takes part in; told to the first rank of a group.
  case pause
  /// To divide all ranks anew.
  case divide(Division)
  /// To end, with all others.
  case end(Ending)
}

/// A job for a group of ranks.
struct Assignment: Codable {
  /// Its number in the study, from 1 on.
  let number: Int
  let identity: String
  /// Epochs after which it pauses or ends.
  let epochs: Int
  /// The configuration of the training.
  let configuration: String
}

/// How a study ends on all ranks.
package enum Ending: Codable, Equatable {
  case finished
  case stopped(signal: Int32)
  /// With an error that one group has met.
  case failed(kind: Int32, description: String)
}
