import Glibc

/// Where rank 0 waits for the connections of the others.
public struct MeetingPoint: Codable, Sendable, Equatable {
  /// IPv4 addresses of its host in network byte order, all that are up but the loopback.
  let addresses: [UInt32]
  let port: UInt16
  /// Tells the processes of this job from others that may find the port.
  let token: Int64

  /// Addresses to try, in this order.
  ///
  /// The loopback comes first on the same host and is left out on others, where it leads elsewhere.
  func candidates(isSameHost: Bool) -> [UInt32] {
    (isSameHost ? [UInt32(INADDR_LOOPBACK).bigEndian] : []) + addresses
  }

  /// The addresses of this host.
  static var ownAddresses: [UInt32] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    var found: [UInt32] = []
    var next = list
    while let entry = next?.pointee {
      next = entry.ifa_next
      let isUsable =
        entry.ifa_flags & UInt32(IFF_UP) != 0
        && entry.ifa_flags & UInt32(IFF_LOOPBACK) == 0
      guard isUsable, let address = entry.ifa_addr, Int32(address.pointee.sa_family) == AF_INET
      else { continue }
      address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        found.append($0.pointee.sin_addr.s_addr)
      }
    }
    return found
  }
}
