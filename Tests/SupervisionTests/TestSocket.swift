import Foundation
import Supervision

/// A blocking TCP socket, as somebody has who does not belong to the job.
final class TestSocket: @unchecked Sendable {
  let descriptor: Int32

  /// Takes over a socket; nothing that it waits for takes longer than two seconds.
  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    var limit = timeval(tv_sec: 2, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
  }

  /// Connects to a port of this host; `nil` where it is refused.
  convenience init?(port: UInt16) {
    self.init(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    var address = Self.address(port)
    let isConnected = withUnsafeBytes(of: &address) {
      connect(
        descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
        == 0
    }
    if !isConnected { return nil }
  }

  deinit { close(descriptor) }

  private static func address(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    return address
  }

  /// Listens on a free port of this host.
  static func listening() -> (socket: TestSocket, port: UInt16) {
    let listener = TestSocket(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    var address = Self.address(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutableBytes(of: &address) { bytes in
      let general = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
      _ = bind(listener.descriptor, general, length)
      _ = listen(listener.descriptor, 16)
      _ = getsockname(listener.descriptor, general, &length)
    }
    return (listener, UInt16(bigEndian: address.sin_port))
  }

  func accept() -> TestSocket? {
    let accepted = Glibc.accept(descriptor, nil, nil)
    return accepted < 0 ? nil : TestSocket(accepted)
  }

  func write(_ bytes: [UInt8]) { _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

  /// As many bytes; fewer where the other end closes or says no more.
  func read(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: count)
    while bytes.count < count {
      let more = recv(descriptor, &piece, count - bytes.count, 0)
      guard more > 0 else { break }
      bytes += piece[..<more]
    }
    return bytes
  }

  /// Whether the other end has closed without a word.
  var isClosedSilently: Bool {
    var byte: UInt8 = 0
    let count = recv(descriptor, &byte, 1, 0)
    return count == 0 || count < 0 && errno == ECONNRESET
  }

  /// Ends so that the other end finds it reset.
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }
}

/// Somebody who knows the job's key and says what no rank says.
final class KnowingClient {
  let socket: TestSocket
  private var seal: MessageSeal

  /// Greets as a rank; `nil` where it is not answered.
  init?(_ point: MeetingPoint, rank: Int) {
    guard let socket = TestSocket(port: point.port) else { return nil }
    let greeting = Greeting(rank: rank)
    socket.write(greeting.sealed(with: point.key))
    guard
      let welcome = Welcome(
        socket.read(Welcome.size), sealedWith: point.key, answering: greeting)
    else { return nil }
    self.socket = socket
    seal = MessageSeal(point.key, .toFirst, greeting, welcome)
  }

  /// Says something in the right place of the sequence.
  func say(_ bytes: [UInt8]) { socket.write(seal.seal(bytes)) }
}
