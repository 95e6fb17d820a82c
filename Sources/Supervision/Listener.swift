import Glibc

/// Rank 0's end of the meeting point.
package final class Listener: Sendable {
  let descriptor: Int32
  /// Where it is.
  package let meetingPoint: MeetingPoint

  /// Listens on all addresses of the host, on a port that is free.
  ///
  /// - Parameter addresses: Those that other hosts may reach, IPv4 in network byte order.
  /// - Throws: When the system refuses.
  package init(addresses: [UInt32]) throws(WatchError) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw WatchError("no socket") }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
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
      close(descriptor)
      throw error
    }
    meetingPoint = MeetingPoint(
      addresses: addresses, port: UInt16(bigEndian: address.sin_port),
      token: Int64.random(in: .min ... .max))
  }

  /// Ranks that may knock at the same time; the kernel takes less if it allows less.
  private static let backlog: Int32 = 4_096

  deinit { close(descriptor) }

  /// The next that has knocked.
  func accept() -> Connection? {
    let accepted = Glibc.accept(descriptor, nil, nil)
    return accepted < 0 ? nil : Connection(accepted, token: meetingPoint.token)
  }
}
