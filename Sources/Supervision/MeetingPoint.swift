import Glibc

/// Where rank 0 waits for the connections of the others.
package struct MeetingPoint: Codable, Sendable, Equatable {
  /// IPv4 addresses of its host in network byte order, all that are up but the loopback.
  package let addresses: [UInt32]
  package let port: UInt16
  /// Tells the processes of this job from others that find the port.
  package let key: MeetingKey

  /// A meeting point as it is described.
  package init(addresses: [UInt32], port: UInt16, key: MeetingKey) {
    self.addresses = addresses
    self.port = port
    self.key = key
  }

  /// Addresses to try, in this order.
  ///
  /// The loopback comes first on the same host and is left out on others, where it leads elsewhere.
  func candidates(isSameHost: Bool) -> [UInt32] {
    (isSameHost ? [UInt32(INADDR_LOOPBACK).bigEndian] : []) + addresses
  }
}
