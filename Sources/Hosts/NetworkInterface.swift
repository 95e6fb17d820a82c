import Glibc

/// A network interface of this host with an IPv4 address.
package struct NetworkInterface: Sendable, Equatable, CustomStringConvertible {
  /// For example `eth0`.
  package let name: String
  /// Address, the first byte in the highest bits.
  package let number: UInt32
  /// Address in dotted form.
  package var address: String { Self.dotted(number) }
  /// Network in dotted form with the number of its bits, as Open MPI takes it.
  package let subnet: String
  /// Speed in Mbit/s; `nil` where the driver does not tell.
  package let megabits: Int?

  /// Name, subnet and speed.
  package var description: String {
    "\(name) \(subnet)" + (megabits.map { " at \($0) Mbit/s" } ?? "")
  }

  /// Interfaces that are up, without the loopback.
  package static var all: [NetworkInterface] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    return sequence(state: first) { next in
      defer { next = next?.pointee.ifa_next }
      return next?.pointee
    }.compactMap { (entry: ifaddrs) in
      guard let address = value(entry.ifa_addr),
        let mask = value(entry.ifa_netmask), entry.ifa_flags & UInt32(IFF_LOOPBACK) == 0,
        entry.ifa_flags & UInt32(IFF_UP) != 0
      else { return nil }
      let name = String(cString: entry.ifa_name)
      let speed = SystemFiles(root: "/sys/class/net").number("\(name)/speed").map { Int($0) }
      return NetworkInterface(
        name: name, number: address,
        subnet: "\(dotted(address & mask))/\(mask.nonzeroBitCount)",
        megabits: speed.flatMap { $0 > 0 ? $0 : nil })
    }
  }

  private static func value(_ address: UnsafeMutablePointer<sockaddr>?) -> UInt32? {
    guard let address, address.pointee.sa_family == AF_INET else { return nil }
    return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
      UInt32(bigEndian: $0.pointee.sin_addr.s_addr)
    }
  }

  private static func dotted(_ value: UInt32) -> String {
    [24, 16, 8, 0].map { "\(value >> $0 & 0xff)" }.joined(separator: ".")
  }
}
