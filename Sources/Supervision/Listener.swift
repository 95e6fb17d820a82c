import Glibc
import Synchronization

/// Rank 0's end of the meeting point.
package final class Listener: Sendable {
  private let state: Atomic<Int32>
  /// Where it is.
  package let meetingPoint: MeetingPoint

  /// Listens on all addresses of the host, on a port that is free.
  ///
  /// - Parameter addresses: Those that other hosts may reach, IPv4 in network byte order.
  /// - Throws: When the system refuses.
  package init(addresses: [UInt32]) throws(WatchError) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    state = Atomic(descriptor)
    guard descriptor >= 0 else { throw WatchError("no socket") }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutableBytes(of: &address) { bytes in
      let general = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
      return bind(descriptor, general, length) == 0
        && listen(descriptor, Self.backlog) == 0
        && getsockname(descriptor, general, &length) == 0
        && fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0
        && fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
    }
    guard isListening else {
      let error = WatchError("no port to listen on")
      Glibc.close(descriptor)
      throw error
    }
    meetingPoint = MeetingPoint(
      addresses: addresses, port: UInt16(bigEndian: address.sin_port), key: MeetingKey())
  }

  /// Ranks that may knock at the same time; the kernel takes less if it allows less.
  private static let backlog: Int32 = 4_096

  deinit { close() }

  /// The open socket, or -1.
  var descriptor: Int32 { state.load(ordering: .relaxed) }

  /// Listens no longer: the system refuses whoever knocks from here on.
  func close() {
    let descriptor = state.exchange(-1, ordering: .relaxed)
    if descriptor >= 0 { Glibc.close(descriptor) }
  }

  /// Who has knocked.
  enum Arrival {
    case stranger(StreamSocket)
    case nobody
    /// Somebody whom this process has no room for.
    case tooMany
  }

  /// The next that has knocked.
  func accept() -> Arrival {
    let accepted = Glibc.accept(descriptor, nil, nil)
    if accepted >= 0 { return .stranger(StreamSocket(accepted)) }
    return [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) ? .tooMany : .nobody
  }
}
