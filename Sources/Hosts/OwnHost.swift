import Foundation
import Synchronization

/// This host, by all the names and addresses that it has: `mpirun` starts ranks on it without a
/// remote shell, whichever of them a list has.
package enum OwnHost {
  /// What it calls itself.
  private static let names: Set<String> = {
    let name = ProcessInfo.processInfo.hostName.lowercased()
    return ["localhost", "localhost.localdomain", name, String(name.prefix { $0 != "." })]
  }()

  /// Addresses of its interfaces, as bytes.
  private static let addresses: Set<[UInt8]> = {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    return Set(
      sequence(first: first) { $0?.pointee.ifa_next }.prefix { $0 != nil }
        .compactMap { $0?.pointee.ifa_addr.flatMap(bytes) })
  }()

  private static func bytes(_ address: UnsafeMutablePointer<sockaddr>) -> [UInt8]? {
    let raw = UnsafeRawPointer(address)
    switch Int32(address.pointee.sa_family) {
    case AF_INET:
      return withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in.self).sin_addr) { [UInt8]($0) }
    case AF_INET6:
      return withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) {
        [UInt8]($0)
      }
    default: return nil
    }
  }

  /// Whether it has an address; all that begin with 127 are its own, and `::1` is.
  private static func has(_ address: [UInt8]) -> Bool {
    let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
    let address = address.starts(with: mapped) ? Array(address.dropFirst(12)) : address
    return address.count == 4 && address[0] == 127
      || address.count == 16 && address.dropLast().allSatisfy { $0 == 0 } && address[15] == 1
      || addresses.contains(address)
  }

  /// Whether a name, or an address in text, is its own as far as it knows without asking others.
  ///
  /// - Parameter name: As in a host file, with `USER@` in front or not.
  package static func includes(_ name: String) -> Bool {
    let name = withoutUser(name).lowercased()
    return names.contains(name) || (address(name).map(has) ?? false) || found.contains(name)
  }

  /// Whether a text is an address of version 6 of the protocol, which `mpirun` does not take.
  static func isVersion6(_ name: String) -> Bool { address(name)?.count == 16 }

  private static func withoutUser(_ name: String) -> String {
    String(name.split(separator: "@", omittingEmptySubsequences: false).last ?? "")
  }

  private static func address(_ name: String) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, name, &bytes) == 1 { return Array(bytes.prefix(4)) }
    return inet_pton(AF_INET6, name, &bytes) == 1 ? bytes : nil
  }

  /// Other names that were found to lead to it.
  private static let aliases = Mutex<Set<String>>([])
  private static var found: Set<String> { aliases.withLock { $0 } }

  /// What several threads have found.
  private final class Finds: Sendable {
    let names = Mutex<Set<String>>([])
  }

  /// Asks the resolver about names, of which some may be its own, for a few seconds at most; what
  /// it answers later counts no more.
  package static func lookUp(_ names: [String]) {
    let finds = Finds()
    let unknown = Array(
      Set(names.map { withoutUser($0).lowercased() }.filter { !includes($0) && address($0) == nil })
    )
    let group = DispatchGroup()
    let count = min(unknown.count, mostQuestions)
    for first in 0..<count {
      group.enter()
      Thread.detachNewThread {
        for index in stride(from: first, to: unknown.count, by: count)
        where leadsHere(unknown[index]) {
          _ = finds.names.withLock { $0.insert(unknown[index]) }
        }
        group.leave()
      }
    }
    // A name that nobody answers for is another host's: the remote shell will tell.
    _ = group.wait(timeout: .now() + patience)
    let here = finds.names.withLock { $0 }
    aliases.withLock { $0.formUnion(here) }
  }

  private static let mostQuestions = 32
  private static let patience = 3.0

  private static func leadsHere(_ name: String) -> Bool {
    var first: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(name, nil, nil, &first) == 0 else { return false }
    defer { freeaddrinfo(first) }
    return sequence(first: first) { $0?.pointee.ai_next }.prefix { $0 != nil }
      .compactMap { $0?.pointee.ai_addr.flatMap(bytes) }.contains(where: has)
  }
}
