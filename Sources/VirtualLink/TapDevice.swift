import Glibc

/// A network device whose frames a program sends and receives.
///
/// Frames carry the kernel's notes (`struct virtio_net_hdr`) on what it has left for a network card
/// to do, checksums and cutting into pieces, so that TCP sends up to 64 KB at a time, as through a
/// `veth`.
final class TapDevice {
  /// Why there is none.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let descriptor: Int32
  /// Whether it was found to be no more.
  private(set) var isGone = false

  // <linux/if_tun.h>, whose macros Swift cannot import.
  private static let setInterface: UInt = 0x4004_54ca
  private static let setOffload: UInt = 0x4004_54d0
  private static let ethernetWithNotes: UInt16 = 0x0002 | 0x1000 | 0x4000
  private static let checksumAndPieces: Int32 = 0x01 | 0x02 | 0x04

  /// Bytes of the largest frame, notes and header included.
  static let largestFrame = 65_536 + 64

  init(_ name: String) throws(Failure) {
    let descriptor = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure("/dev/net/tun") }
    // `struct ifreq`: 16 bytes for the name, then the flags.
    var request = [UInt8](repeating: 0, count: 40)
    request.replaceSubrange(0..<min(name.utf8.count, 15), with: name.utf8.prefix(15))
    let flags = Self.ethernetWithNotes
    let isMade = request.withUnsafeMutableBytes { bytes in
      bytes.storeBytes(of: flags, toByteOffset: 16, as: UInt16.self)
      return bytes.baseAddress.map { ioctl(descriptor, Self.setInterface, $0) == 0 } ?? false
    }
    guard isMade, ioctl(descriptor, Self.setOffload, Self.checksumAndPieces) == 0 else {
      let failure = Self.failure("device \(name)")
      close(descriptor)
      throw failure
    }
    self.descriptor = descriptor
  }

  private static func failure(_ what: String) -> Failure {
    Failure(description: "\(what) cannot be had: \(String(cString: strerror(errno)))")
  }

  deinit { close(descriptor) }

  /// Takes the next frame that was sent.
  ///
  /// - Returns: The part of `buffer` that it fills; nothing where there is none.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> UnsafeRawBufferPointer? {
    let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    if count < 0, errno != EAGAIN, errno != EINTR { isGone = true }
    return count > 0 ? UnsafeRawBufferPointer(rebasing: buffer[..<count]) : nil
  }

  /// Has a frame received. One that the device does not take is lost, as in a cable that is cut.
  func write(_ frame: UnsafeRawBufferPointer) {
    _ = Glibc.write(descriptor, frame.baseAddress, frame.count)
  }
}
