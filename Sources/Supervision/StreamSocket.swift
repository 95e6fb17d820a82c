import Boundary
import Glibc

/// A TCP socket that never keeps its thread waiting; used by one thread.
final class StreamSocket {
  /// Why nothing more will come.
  enum End: Equatable {
    /// The process at the other end is gone.
    case closed
    /// Its host, or the way there, does not answer.
    case unreachable
    /// What came is nothing that a rank of the job says.
    case improper
  }

  let descriptor: Int32
  private var unsent: [UInt8] = []

  /// Takes over a socket.
  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
  }

  deinit { close(descriptor) }

  /// How an attempt to connect went.
  enum Attempt {
    case connected(StreamSocket)
    /// The system there has said that nobody will answer.
    case refused
    /// Nobody has answered.
    case failed
  }

  /// Connects to `address`, IPv4 in network byte order.
  static func connect(to address: UInt32, port: UInt16, until deadline: UInt64) -> Attempt {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return .failed }
    let connection = StreamSocket(descriptor)
    var target = sockaddr_in()
    target.sin_family = sa_family_t(AF_INET)
    target.sin_port = port.bigEndian
    target.sin_addr.s_addr = address
    let isConnected = withUnsafeBytes(of: &target) {
      Glibc.connect(
        descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
        == 0
    }
    if isConnected { return .connected(connection) }
    var code = errno
    if code == EINPROGRESS {
      guard connection.wait(for: POLLOUT, until: deadline) else { return .failed }
      var length = socklen_t(MemoryLayout<Int32>.size)
      getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
    }
    switch code {
    case 0: return .connected(connection)
    case ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EACCES, EPERM: return .refused
    default: return .failed
    }
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

  /// Whether there is room for `count` more bytes; there is, unless the other end reads nothing.
  func hasRoom(for count: Int) -> Bool { unsent.count + count <= Self.mostUnsent }

  private static let mostUnsent = 1 << 14

  /// Sends without waiting, the rest later; that it failed is learnt when reading.
  func write(_ bytes: [UInt8]) {
    unsent += bytes
    let count = unsent.withUnsafeBytes {
      send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    if count > 0 { unsent.removeFirst(count) }
  }

  /// What has come, up to `limit` bytes, and whether the stream is at its end.
  func read(atMost limit: Int) -> (bytes: [UInt8], end: End?) {
    var end: End?
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      var result = 0
      repeat {
        result = recv(descriptor, buffer.baseAddress, limit, 0)
      } while result < 0
        && errno == EINTR
      count = max(0, result)
      end = result > 0 ? nil : result == 0 ? .closed : Self.end(errno)
    }
    return (bytes, end)
  }

  private static func end(_ error: Int32) -> End? {
    switch error {
    case EAGAIN: nil
    case ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN: .unreachable
    default: .closed
    }
  }

  /// Waits for as many bytes; `nil` where they have not come by then.
  func read(exactly count: Int, until deadline: UInt64) -> [UInt8]? {
    var bytes: [UInt8] = []
    while bytes.count < count {
      guard wait(for: POLLIN, until: deadline) else { return nil }
      let (more, end) = read(atMost: count - bytes.count)
      guard end == nil else { return nil }
      bytes += more
    }
    return bytes
  }

  private func wait(for event: Int32, until deadline: UInt64) -> Bool {
    while true {
      let now = MonotonicTime.nanoseconds
      guard now < deadline else { return false }
      var state = pollfd(fd: descriptor, events: Int16(event), revents: 0)
      if poll(&state, 1, Int32(clamping: (deadline - now) / 1_000_000 + 1)) > 0 { return true }
    }
  }
}
