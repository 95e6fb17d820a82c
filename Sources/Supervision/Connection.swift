/// One end of a connection between two processes that have proved to each other that they belong to
/// the same job; used by one thread.
final class Connection {
  private let socket: StreamSocket
  private var sending: MessageSeal
  private var receiving: MessageSeal
  private let rankCount: Int
  private var rest: [UInt8] = []

  var descriptor: Int32 { socket.descriptor }

  /// Messages that are read at a time: others are to be heard as well.
  private static let mostMessages = 64

  /// The end of rank 0, which has answered `greeting` with `welcome`.
  init(
    _ socket: StreamSocket, _ key: MeetingKey, _ greeting: Greeting, _ welcome: Welcome,
    ranks count: Int
  ) {
    self.socket = socket
    sending = MessageSeal(key, .fromFirst, greeting, welcome)
    receiving = MessageSeal(key, .toFirst, greeting, welcome)
    rankCount = count
  }

  /// The end of another rank, which greets and waits for the answer.
  ///
  /// - Returns: Nothing where it has not come by `deadline`, or is not that of the job's rank 0.
  init?(
    greetingOver socket: StreamSocket, _ key: MeetingKey, rank: Int, ranks count: Int,
    until deadline: UInt64
  ) {
    let greeting = Greeting(rank: rank)
    socket.write(greeting.sealed(with: key))
    guard let answer = socket.read(exactly: Welcome.size, until: deadline),
      let welcome = Welcome(answer, sealedWith: key, answering: greeting)
    else { return nil }
    self.socket = socket
    sending = MessageSeal(key, .toFirst, greeting, welcome)
    receiving = MessageSeal(key, .fromFirst, greeting, welcome)
    rankCount = count
  }

  /// Has the kernel notice within `seconds` that the other host is gone.
  func expectAnswers(within seconds: Double) { socket.expectAnswers(within: seconds) }

  /// Sends without waiting; that it failed is learnt when reading.
  func send(_ message: Message) {
    // What is not sent is not counted, so that what follows has its right place.
    guard socket.hasRoom(for: MessageSeal.frameSize) else { return }
    socket.write(sending.seal(message.bytes))
  }

  /// What has come, and whether that was all.
  func receive() -> (messages: [Message], end: StreamSocket.End?) {
    let (bytes, end) = socket.read(atMost: Self.mostMessages * MessageSeal.frameSize)
    rest += bytes
    var messages: [Message] = []
    var start = rest.startIndex
    while rest.endIndex - start >= MessageSeal.frameSize {
      let frame = rest[start..<(start + MessageSeal.frameSize)]
      guard let opened = receiving.open(frame), let message = Message(opened, ranks: rankCount)
      else {
        rest = []
        return (messages, .improper)
      }
      messages.append(message)
      start += MessageSeal.frameSize
    }
    rest.removeFirst(start)
    return (messages, end)
  }
}
