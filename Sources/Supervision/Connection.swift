import Glibc

/// One end of a connection between two processes; used by one thread.
final class Connection {
  /// Why nothing more will come.
  enum End: Equatable {
    /// The process at the other end is gone.
    case closed
    /// Its host, or the way there, does not answer.
    case unreachable
  }

  let descriptor: Int32
  private let token: Int64
  private var rest: [UInt8] = []

  /// Takes over a socket.
  init(_ descriptor: Int32, token: Int64) {
    self.descriptor = descriptor
    self.token = token
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
  }

  deinit { close(descriptor) }

  /// Connects to rank 0 and makes sure that it is the one of this job.
  ///
  /// - Returns: Nothing where it is not found within `seconds`.
  init?(to address: UInt32, of point: MeetingPoint, rank: Int, seconds: Int) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    token = point.token
    guard descriptor >= 0 else { return nil }
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    var target = sockaddr_in()
    target.sin_family = sa_family_t(AF_INET)
    target.sin_port = point.port.bigEndian
    target.sin_addr.s_addr = address
    let isConnected = withUnsafeBytes(of: &target) {
      connect(
        descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress,
        socklen_t($0.count)) == 0
    }
    guard isConnected else { return nil }
    send(Message(.hello, rank: rank, token: token))
    var answer = [UInt8](repeating: 0, count: Message.size)
    guard recv(descriptor, &answer, answer.count, Int32(MSG_WAITALL)) == answer.count,
      answer.withUnsafeBytes({ $0.loadUnaligned(as: Message.self) }).token == token
    else { return nil }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
  }

  /// Has the kernel notice within `seconds` that the other host is gone.
  ///
  /// It asks each second while nothing is sent; what was sent must be acknowledged by then.
  func expectAnswers(within seconds: Double) {
    set(SOL_SOCKET, SO_KEEPALIVE, 1)
    set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, 1)
    set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 1)
    set(Int32(IPPROTO_TCP), TCP_KEEPCNT, Int32(seconds.rounded(.up)))
    set(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(1_000 * seconds))
  }

  private func set(_ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    // Where the kernel does not know an option, a lost host is noticed later.
    setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Sends without waiting; that it failed is learnt when reading.
  func send(_ message: Message) {
    withUnsafeBytes(of: message) {
      _ = Glibc.send(
        descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
  }

  /// What has come, and whether that was all.
  func receive() -> (messages: [Message], end: End?) {
    var messages: [Message] = []
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64 * Message.size) { buffer in
      while true {
        let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return (messages, count == 0 ? .closed : Self.end(errno)) }
        rest += buffer[..<count]
        while rest.count >= Message.size {
          let message = rest.withUnsafeBytes { $0.loadUnaligned(as: Message.self) }
          rest.removeFirst(Message.size)
          // Whoever else found the port is not heard.
          guard message.token == token else { return (messages, .closed) }
          messages.append(message)
        }
        // That there is an end after it, the next look will tell.
        if count < buffer.count { return (messages, nil) }
      }
    }
  }

  private static func end(_ error: Int32) -> End? {
    switch error {
    case EAGAIN: nil
    case ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN: .unreachable
    default: .closed
    }
  }
}
