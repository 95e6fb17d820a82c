import Glibc

/// Rank 0's side of the meeting: lets the ranks of the job in, each once, and nobody else.
///
/// Whoever knocks is a stranger with a second to prove that it belongs here and one of few places,
/// of which the newest comers have the oldest one's. Work and memory are bounded whoever knocks and
/// how often: a port is found by scanners, and by neighbours with worse in mind.
final class Door {
  /// A connection that has said nothing yet, or not enough.
  private struct Stranger {
    let socket: StreamSocket
    let deadline: Double
    var words: [UInt8] = []
  }

  /// A rank that knows the key, but may be an echo of an earlier conversation: the first message,
  /// whose code depends on the answer, tells.
  private struct Guest {
    let rank: Int
    let connection: Connection
  }

  /// A rank that is let in.
  struct Member {
    let rank: Int
    let connection: Connection
    /// Its first words.
    let messages: [Message]
    /// Whether they were also the last.
    let end: StreamSocket.End?
  }

  private let listener: Listener
  private let rankCount: Int
  private let patience: Double
  private var strangers: [Stranger] = []
  private var guests: [Guest] = []
  /// Numbers of greetings that were answered: only who has the key can make others.
  private var nonces: Set<[UInt8]> = []
  /// When it may be looked again who knocks, after there was no room.
  private var pause = 0.0

  /// Strangers at a time: a part of what this process may open where that is little.
  private let places: Int
  private static let mostPlaces = 32
  private static let shareOfFiles = 16
  /// Arrivals that are looked at before others are heard.
  private static let mostArrivals = 64
  private static let pauseWithoutRoom = 0.1

  /// - Parameter patience: Seconds that a stranger has.
  init(_ listener: Listener, ranks count: Int, patience: Double) {
    self.listener = listener
    rankCount = count
    self.patience = patience
    var limit = rlimit()
    let isKnown = getrlimit(__rlimit_resource_t(bitPattern: RLIMIT_NOFILE.rawValue), &limit) == 0
    let files = isKnown ? Int(clamping: limit.rlim_cur) : Self.mostPlaces * Self.shareOfFiles
    places = min(Self.mostPlaces, max(4, files / Self.shareOfFiles))
  }

  /// Whether anybody may still come in.
  private(set) var isOpen = true

  /// Lets nobody in any more but who is on the threshold.
  func close() {
    isOpen = false
    listener.close()
    strangers = []
    nonces = []
  }

  /// What to look at for arrivals; -1 for nothing now.
  func listeningDescriptor(at time: Double) -> Int32 {
    isOpen && time >= pause ? listener.descriptor : -1
  }

  /// Sockets of those who stand at the door.
  var descriptors: [Int32] {
    strangers.map(\.socket.descriptor) + guests.map(\.connection.descriptor)
  }

  /// When something is to be done without anybody having spoken.
  var nextTime: Double {
    min(strangers.first?.deadline ?? .infinity, isOpen && pause > 0 ? pause : .infinity)
  }

  /// Looks who has knocked.
  ///
  /// - Parameter isMissing: Whether a rank has not been let in yet.
  func accept(at time: Double, _ isMissing: (Int) -> Bool) {
    guard isOpen, time >= pause else { return }
    pause = 0
    for _ in 0..<Self.mostArrivals {
      switch listener.accept() {
      case .nobody: return
      case .tooMany:
        // The oldest stranger gives way; where there is none, the run itself needs all there is.
        if strangers.isEmpty {
          pause = time + Self.pauseWithoutRoom
        } else {
          strangers.removeFirst()
        }
        return
      case .stranger(let socket):
        // Who belongs here has spoken already, and takes no place.
        let stranger = Stranger(socket: socket, deadline: time + patience)
        guard let stranger = hear(stranger, isMissing) else { continue }
        if strangers.count == places { strangers.removeFirst() }
        strangers.append(stranger)
      }
    }
  }

  /// Hears those who stand at the door.
  ///
  /// - Parameters:
  ///   - ready: Descriptors with news.
  ///   - isMissing: Whether a rank has not been let in yet.
  /// - Returns: Whom to let in.
  func hear(
    _ ready: Set<Int32>, at time: Double, _ isMissing: (Int) -> Bool
  ) -> [Member] {
    strangers = strangers.compactMap { stranger in
      let isReady = ready.contains(stranger.socket.descriptor)
      guard let stranger = isReady ? hear(stranger, isMissing) : stranger else { return nil }
      return stranger.deadline <= time ? nil : stranger
    }
    var members: [Member] = []
    guests = guests.filter { guest in
      guard isMissing(guest.rank), !members.contains(where: { $0.rank == guest.rank }) else {
        return false
      }
      guard ready.contains(guest.connection.descriptor) else { return true }
      let (messages, end) = guest.connection.receive()
      guard !messages.isEmpty else { return end == nil }
      members.append(
        Member(rank: guest.rank, connection: guest.connection, messages: messages, end: end))
      return false
    }
    return members
  }

  /// Reads the greeting of a stranger and answers it.
  ///
  /// - Returns: The stranger as long as it is one; nothing where it is a guest now, or nobody.
  private func hear(_ stranger: Stranger, _ isMissing: (Int) -> Bool) -> Stranger? {
    var stranger = stranger
    let (bytes, end) = stranger.socket.read(atMost: Greeting.size - stranger.words.count)
    guard end == nil else { return nil }
    stranger.words += bytes
    guard stranger.words.count == Greeting.size else { return stranger }
    let key = listener.meetingPoint.key
    guard let greeting = Greeting(stranger.words, sealedWith: key, ranks: rankCount),
      isMissing(greeting.rank), nonces.insert(greeting.nonce).inserted
    else { return nil }
    let welcome = Welcome()
    stranger.socket.write(welcome.sealed(with: key, answering: greeting))
    guests.append(
      Guest(
        rank: greeting.rank,
        connection: Connection(stranger.socket, key, greeting, welcome, ranks: rankCount)))
    return nil
  }
}
